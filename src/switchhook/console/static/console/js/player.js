// The recording player: a button, a seek bar and the time, driving one audio element each, fetched only when played.
const players = new WeakMap();
let sounding = null;

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

class Player {
  constructor(box) {
    this.box = box;
    this.button = box.querySelector("button");
    this.seek = box.querySelector("input");
    this.time = box.querySelector(".player__time");
    this.audio = new Audio();
    this.audio.preload = "none";
    this.audio.src = box.dataset.src;
    this.renewed = false;
    for (const name of ["timeupdate", "loadedmetadata", "durationchange"]) this.audio.addEventListener(name, () => this.show());
    this.audio.addEventListener("play", () => this.state(true));
    this.audio.addEventListener("pause", () => this.state(false));
    this.audio.addEventListener("error", () => this.renew());
  }

  get length() {
    return Number.isFinite(this.audio.duration) ? this.audio.duration : Number(this.box.dataset.length) || 0;
  }

  async toggle() {
    if (!this.audio.paused) return this.audio.pause();
    if (sounding && sounding !== this) sounding.audio.pause();
    sounding = this;
    try {
      await this.audio.play();
      this.renewed = false;
    } catch (error) {
      if (error.name === "NotAllowedError") this.state(false);
    }
  }

  // The link's ticket lives a minute: an error in the middle asks once for a fresh one and goes on from there.
  renew() {
    this.state(false);
    if (this.renewed || this.audio.currentTime === 0) {
      this.time.textContent = this.box.dataset.failed;
      this.time.classList.add("player__error");
      return;
    }
    this.renewed = true;
    const at = this.audio.currentTime;
    this.audio.load();
    this.audio.currentTime = at;
    this.toggle();
  }

  to(seconds) {
    this.audio.currentTime = seconds;
    this.show();
  }

  state(playing) {
    this.box.toggleAttribute("data-playing", playing);
    this.button.setAttribute("aria-label", playing ? this.button.dataset.pause : this.button.dataset.play);
  }

  show() {
    const at = this.audio.currentTime;
    this.seek.max = Math.max(1, Math.round(this.length));
    if (document.activeElement !== this.seek || !this.audio.paused) this.seek.value = Math.round(at);
    this.seek.style.setProperty("--done", `${this.length ? (100 * at) / this.length : 0}%`);
    this.seek.setAttribute("aria-valuetext", this.box.dataset.of.replace("%(at)s", clock(at)).replace("%(length)s", clock(this.length)));
    this.time.textContent = `${clock(at)} / ${clock(this.length)}`;
    this.time.classList.remove("player__error");
  }
}

function playerOf(element) {
  const box = element.closest("[data-player]");
  if (!box) return null;
  if (!players.has(box)) players.set(box, new Player(box));
  return players.get(box);
}

document.addEventListener("click", (event) => {
  if (event.target.closest(".player__play")) playerOf(event.target)?.toggle();
});
document.addEventListener("input", (event) => {
  if (event.target.matches(".player__seek")) playerOf(event.target)?.to(Number(event.target.value));
});
