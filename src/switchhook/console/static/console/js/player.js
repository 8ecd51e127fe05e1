// The recording player: a button, a seek bar, time and speed, driving one audio element each, fetched only when played.
const SPEEDS = [1, 1.25, 1.5, 2];
const JUMP_SECONDS = 5;
const players = new WeakMap();
// Where each recording was left, while the page lives: a row that is renewed goes on from there.
const places = new Map();
let sounding = null;

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

function keptSpeed() {
  const kept = Number(localStorage.getItem("player-speed"));
  return SPEEDS.includes(kept) ? kept : 1;
}

class Player {
  constructor(box) {
    this.box = box;
    this.button = box.querySelector(".player__play");
    this.seek = box.querySelector(".player__seek");
    this.time = box.querySelector(".player__time");
    this.speed = box.querySelector(".player__speed");
    this.audio = new Audio();
    this.audio.preload = "none";
    this.audio.src = box.dataset.src;
    this.renewed = false;
    this.start = places.get(box.dataset.src) ?? 0;
    this.audio.addEventListener("loadedmetadata", () => this.begin());
    for (const name of ["timeupdate", "loadedmetadata", "durationchange", "seeked"]) this.audio.addEventListener(name, () => this.show());
    this.audio.addEventListener("play", () => this.state(true));
    this.audio.addEventListener("pause", () => this.state(false));
    this.audio.addEventListener("ended", () => places.delete(box.dataset.src));
    this.audio.addEventListener("error", () => this.renew());
    this.atSpeed(keptSpeed());
  }

  get length() {
    return Number.isFinite(this.audio.duration) ? this.audio.duration : Number(this.box.dataset.length) || 0;
  }

  // Before the file is there, where to begin is only noted.
  get position() {
    return this.audio.readyState ? this.audio.currentTime : this.start;
  }

  begin() {
    if (this.start && this.start < this.length - 1) this.audio.currentTime = this.start;
    this.start = 0;
    this.audio.playbackRate = this.rate;
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
    this.start = this.audio.currentTime;
    this.audio.load();
    this.toggle();
  }

  to(seconds) {
    const at = Math.min(Math.max(0, seconds), Math.max(0, this.length));
    if (this.audio.readyState) this.audio.currentTime = at;
    else this.start = at;
    this.show();
  }

  atSpeed(rate) {
    this.rate = rate;
    this.audio.playbackRate = rate;
    if (!this.speed) return;
    this.speed.textContent = `${rate}×`;
    this.speed.setAttribute("aria-label", `${this.speed.dataset.said}: ${rate}×`);
  }

  faster() {
    const rate = SPEEDS[(SPEEDS.indexOf(this.rate) + 1) % SPEEDS.length];
    localStorage.setItem("player-speed", rate);
    this.atSpeed(rate);
  }

  state(playing) {
    this.box.toggleAttribute("data-playing", playing);
    this.button.setAttribute("aria-label", playing ? this.button.dataset.pause : this.button.dataset.play);
  }

  show() {
    const at = this.position;
    if (at) places.set(this.box.dataset.src, at);
    this.seek.max = Math.max(1, Math.round(this.length));
    this.seek.value = at;
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
  if (event.target.closest(".player__speed")) playerOf(event.target)?.faster();
});
document.addEventListener("input", (event) => {
  if (event.target.matches(".player__seek")) playerOf(event.target)?.to(Number(event.target.value));
});
// On the seek bar: the arrows jump some seconds, the space bar plays and pauses.
document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.(".player__seek")) return;
  const player = playerOf(event.target);
  const jump = { ArrowLeft: -JUMP_SECONDS, ArrowDown: -JUMP_SECONDS, ArrowRight: JUMP_SECONDS, ArrowUp: JUMP_SECONDS }[event.key];
  if (jump) player.to(player.position + jump);
  else if (event.key === " ") player.toggle();
  else return;
  event.preventDefault();
});
