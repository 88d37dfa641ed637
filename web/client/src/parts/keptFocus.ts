/**
 * Where the keyboard goes when what had the focus disappears.
 *
 * A browser gives the focus to the whole document when the focused element is removed or disabled, so the next press of
 * the Tab key begins at the top of the page, and a screen reader says nothing.
 */

const AREAS = "section, dialog, main";
const HEADINGS = "h1, h2, h3";

/** Give the focus to the heading of the nearest area that is left, or back to an element that is enabled again. */
export function keepFocus(): void {
  let lost: HTMLElement | null = null;
  let areas: readonly Element[] = [];
  addEventListener("focusin", ({ target }) => {
    lost = target instanceof HTMLElement ? target : null;
    areas = lost === null ? [] : areasAround(lost);
  });
  // Whoever clicks on a place without a control wants no focus. The element is then still there, and enabled. Some
  // browsers send this event while they remove the element, so the question waits until they have done so.
  addEventListener("focusout", ({ target }) =>
    queueMicrotask(() => {
      const isLeft = target === lost && target !== document.activeElement;
      if (isLeft && lost?.isConnected && !lost.matches(":disabled")) lost = null;
    }),
  );
  const settle = () => {
    if (lost === null || document.activeElement !== document.body) return;
    if (!lost.isConnected) headingOf(areas)?.focus({ preventScroll: true });
    else if (!lost.matches(":disabled")) lost.focus({ preventScroll: true });
  };
  new MutationObserver(settle).observe(document.body, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["disabled"],
  });
}

function areasAround(element: Element): readonly Element[] {
  const found: Element[] = [];
  for (let area = element.closest(AREAS); area !== null; area = area.parentElement?.closest(AREAS) ?? null)
    found.push(area);
  return found;
}

/** The whole page comes last: on another page, it is a new element. */
function headingOf(areas: readonly Element[]): HTMLElement | null {
  for (const area of [...areas, document.querySelector("main")]) {
    const heading = area?.isConnected ? area.querySelector<HTMLElement>(HEADINGS) : null;
    if (heading) {
      heading.tabIndex = -1;
      return heading;
    }
  }
  return null;
}
