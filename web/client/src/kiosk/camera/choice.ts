/** Whether this kiosk looks for codes with its camera. The device remembers it, so a reload needs nobody of the staff. */
const NAME = "rollbook.kiosk.camera";

export function isCameraOn(): boolean {
  return localStorage.getItem(NAME) === "on";
}

export function keepCameraOn(isOn: boolean): void {
  if (isOn) localStorage.setItem(NAME, "on");
  else localStorage.removeItem(NAME);
}
