// One tab rings and one desktop notification shows, of however many tabs are open; both end with the ringing.
const AGAIN_MS = 3000;
const LONGEST_MS = 45000;

const ringing = new Map();
const shown = new Map();
let context = null;

/** Rings until `hush`, where the browser allows a sound: it does not before the page was touched. */
export function ring(name) {
  if (ringing.has(name) || localStorage.getItem("popups-silent") === "1") return;
  const began = Date.now();
  chime();
  ringing.set(name, setInterval(() => {
    if (Date.now() - began > LONGEST_MS) hush(name);
    else chime();
  }, AGAIN_MS));
}

/** Ends the sound and the notification of a call. */
export function hush(name) {
  clearInterval(ringing.get(name));
  ringing.delete(name);
  shown.get(name)?.close();
  shown.delete(name);
}

/** "granted", "denied" or "default"; "none" where the browser has no notifications, as on plain http. */
export function mayNotify() {
  return "Notification" in globalThis && isSecureContext ? Notification.permission : "none";
}

/** Asks for the permission; only a click may do so. */
export function askToNotify() {
  return Notification.requestPermission();
}

/** Shows a notification of the desktop, if that was allowed and the page is not looked at. */
export function notify(name, text, clicked) {
  if (mayNotify() !== "granted" || document.hasFocus()) return;
  const made = new Notification(text, { tag: name, requireInteraction: false });
  made.addEventListener("click", () => {
    focus();
    clicked();
    made.close();
  });
  shown.set(name, made);
}

function chime() {
  if (!navigator.userActivation?.hasBeenActive) return;
  context ??= new AudioContext();
  if (context.state !== "running") context.resume();
  for (const [delay, pitch] of [[0, 659], [0.16, 784]]) {
    const at = context.currentTime + delay;
    const tone = context.createOscillator();
    const loudness = context.createGain();
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0, at);
    loudness.gain.linearRampToValueAtTime(0.12, at + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
    tone.connect(loudness).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.55);
  }
}
