/** "1 token", "3 tokens", "1 class", "2 classes": a number with its noun. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
