// <emergence-lab>: a figure of Emergence Lab as an element of any other page.
//
//   <script src="https://HOST/embed.js" defer></script>
//   <emergence-lab show="accuracy" height="360" title="Two initializations on MNIST"
//     init="kaiming_normal,emergence(kaiming_normal;alpha=1.5),xavier_normal">
//     A picture or a sentence: shown until the figure is ready, in print, and where this script does not run.
//   </emergence-lab>
//
// Attributes are the keys of the lab's address. The frame is created when the element comes near the viewport. Methods return
// promises: run(query?), pause(), resume(), step(), reset(), config(query?), results(). Events have the lab's message as their
// `detail`: ready, started, progress, paused, finished, failed, resize. See docs/embedding.md.
(() => {
  if (customElements.get("emergence-lab")) return;

  const PREFIX = "emergence-lab:";
  const EVENTS = /^(ready|started|progress|paused|finished|failed|resize)$/;
  /** Height in CSS pixels until the lab has posted its own. */
  const HEIGHT = 420;

  /** Keys of the display, which the lab reads only when it loads. All others are the experiment. */
  const VIEW = /^(run|embed|hide|theme|lang|height|show|x|y|zoom|at|ema|band|baseline|pin)$/;
  /** Attributes that are no keys of the lab: `src`, those of every HTML element, and those with a dash or other signs. */
  const HTML =
    /[^a-z]|^(src|accesskey|auto.*|class|contenteditable|dir|draggable|exportparts|hidden|id|inert|is|item.*|nonce|on.*|part|popover|role|slot|spellcheck|style|tabindex|title|translate)$/;

  /** Address of this file. A module has it in `import.meta`, which a classic script must not contain, and in its stack. */
  const OWN = document.currentScript?.src || /\w+:\/\/[^\s()]+?(?=:\d+:\d+)/.exec(new Error().stack)?.[0];
  /** The lab is beside this file, unless a bundler has moved the code to a file of another name. */
  const LAB = /\/embed\.js([?#].*)?$/.test(OWN) ? new URL("./", OWN).href : null;

  const STYLE = new CSSStyleSheet();
  STYLE.replaceSync(`
    :host { display: block; }
    :host([hidden]), [hidden], .ready slot { display: none; }
    div { position: relative; }
    iframe { display: block; width: 100%; border: 0; }
    button { display: block; margin: 8px 0; padding: 6px 14px; font: inherit; }
    .fallback:not(.ready) iframe { position: absolute; inset: 0; visibility: hidden; }
    i {
      /* Its color says whether light or dark applies here: that of light-dark() or, where this is unknown, of text. */
      position: absolute;
      color: CanvasText;
      color: light-dark(#000, #fff);
      /* Nobody sees it, but it begins with an event when the color changes, for whatever reason. */
      transition: color 1ms step-start;
    }
    @media print {
      div { min-height: 0 !important; }
      button, .fallback iframe { display: none; }
      .fallback slot { display: contents; }
    }
  `);

  /** Why a call has failed: `kind` is `address`, `query`, `state`, `timeout` or, in the words of the lab, `refused`. */
  class EmergenceLabError extends Error {
    constructor(kind, message) {
      super(message);
      this.name = "EmergenceLabError";
      this.kind = kind;
    }
  }

  const wrong = (kind, what, expected, got) => new EmergenceLabError(kind, `${what}: expected ${expected}, got ${got}`);
  const queryOf = (keys) => [...keys].map(([key, value]) => `${key}=${value ?? ""}`).join("&");

  class EmergenceLab extends HTMLElement {
    static Error = EmergenceLabError;

    /** How long a call waits for its answer, in milliseconds, including the loading of the frame. */
    timeout = 30_000;

    #frame = null;
    /** Address and keys of what the frame shows. */
    #shown = null;
    #ready = false;
    /** The colors that the frame has been told. */
    #theme = null;
    /** Calls without an answer, by the id of their message. */
    #calls = new Map();
    #lastId = 0;

    #box = document.createElement("div");
    #probe = document.createElement("i");
    #button = document.createElement("button");
    #dark = matchMedia("(prefers-color-scheme: dark)");

    #receive = (event) => this.#hear(event);
    #recolor = () => this.#postTheme();
    #page = new MutationObserver(this.#recolor);
    #own = new MutationObserver(() => this.#update());
    #viewport = new IntersectionObserver((entries) => entries.at(-1).isIntersecting && this.#load(), { rootMargin: "600px" });

    constructor() {
      super();
      const slot = document.createElement("slot");
      slot.addEventListener("slotchange", () => {
        const content = slot.assignedNodes().some((node) => node.localName || node.data.trim());
        this.#box.classList.toggle("fallback", content);
      });
      this.#button.textContent = "Load the figure";
      this.#button.addEventListener("click", () => this.#load());
      this.#probe.addEventListener("transitionrun", this.#recolor);
      this.#box.append(slot, this.#button, this.#probe);
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [STYLE];
      root.append(this.#box);
    }

    connectedCallback() {
      addEventListener("message", this.#receive);
      this.#dark.addEventListener("change", this.#recolor);
      this.#own.observe(this, { attributes: true });
      for (const element of [document.documentElement, document.body]) this.#page.observe(element, { attributes: true });
      const sparing = navigator.connection?.saveData || matchMedia("(prefers-reduced-data: reduce)").matches;
      this.#button.hidden = !sparing;
      this.#update();
    }

    disconnectedCallback() {
      removeEventListener("message", this.#receive);
      this.#dark.removeEventListener("change", this.#recolor);
      for (const observer of [this.#own, this.#page, this.#viewport]) observer.disconnect();
      this.#unload();
      this.#box.classList.remove("ready");
      for (const id of this.#calls.keys()) {
        this.#take(id).reject(wrong("state", "emergence-lab", "an answer", "the removal of the element"));
      }
    }

    /** Starts the experiment; with a query, sets it first. */
    get run() {
      return (query) => this.#ask("run", query);
    }

    /** React sets the attribute `run` as a property, since there is one of that name. */
    set run(value) {
      this.setAttribute("run", Number(value));
    }

    pause() {
      return this.#ask("pause");
    }

    resume() {
      return this.#ask("resume");
    }

    step() {
      return this.#ask("step");
    }

    reset() {
      return this.#ask("reset");
    }

    /** Sets the experiment if there is a query; the answer has the current one. */
    config(query) {
      return this.#ask("config", query);
    }

    /** The results file, as an object. */
    async results() {
      return (await this.#ask("results")).results;
    }

    /** Sends a command and resolves to its answer; creates the frame if there is none, and waits until it is ready. */
    #ask(name, query) {
      return new Promise((resolve, reject) => {
        if (query !== undefined && typeof query !== "string") throw wrong("query", name, "a query string", typeof query);
        if (!this.isConnected) throw wrong("state", name, "an element in a document", "one outside of it");
        // Attributes that were set just before this call come first.
        if (this.#own.takeRecords().length) this.#update();
        if (!this.#frame) this.#load();
        const id = ++this.#lastId;
        const message = { type: PREFIX + name, id, query: query?.replace(/^\?/, "") };
        const expire = () => this.#take(id).reject(wrong("timeout", name, `an answer within ${this.timeout} ms`, "none"));
        this.#calls.set(id, { message, resolve, reject, timer: setTimeout(expire, this.timeout) });
        if (this.#ready) this.#post(message);
      });
    }

    /** Takes a call from those without an answer. */
    #take(id) {
      const call = this.#calls.get(id);
      this.#calls.delete(id);
      clearTimeout(call.timer);
      return call;
    }

    #post(message) {
      this.#frame.contentWindow.postMessage(message, this.#shown.lab.origin);
    }

    #hear({ source, origin, data }) {
      // Any window can send a message; only the lab in this frame is heard.
      if (!this.#frame || source !== this.#frame.contentWindow || origin !== this.#shown.lab.origin) return;
      if (typeof data?.type !== "string" || !data.type.startsWith(PREFIX)) return;
      const name = data.type.slice(PREFIX.length);
      if (this.#calls.get(data.id)?.message.type === data.type) {
        const { resolve, reject } = this.#take(data.id);
        if (data.error) reject(new EmergenceLabError("refused", data.error));
        else resolve(data);
      } else if (EVENTS.test(name)) {
        if (name === "ready") this.#start();
        if (name === "resize" && !this.#height() && data.height > 0) this.#frame.style.height = `${data.height}px`;
        // A `resize` that bubbled to the window would be taken for a change of the window's size.
        this.dispatchEvent(new CustomEvent(name, { detail: data, bubbles: name !== "resize" }));
      }
    }

    /** The lab accepts commands. It says so again when it has reloaded itself. */
    #start() {
      const first = !this.#ready;
      this.#ready = true;
      this.#box.classList.add("ready");
      this.#box.style.minHeight = "";
      this.#theme = null;
      this.#postTheme();
      if (first) for (const { message } of this.#calls.values()) this.#post(message);
    }

    /** Tells a figure with `theme="from-parent"` which colors apply here, unless it knows. */
    #postTheme() {
      if (!this.#ready || this.getAttribute("theme") !== "from-parent") return;
      const theme = parseInt(getComputedStyle(this.#probe).color.match(/\d+/)) > 127 ? "dark" : "light";
      if (theme !== this.#theme) this.#post({ type: `${PREFIX}theme`, theme });
      this.#theme = theme;
    }

    /** The fixed height of a figure, or 0. Without `show` the frame is a whole page, which is higher than its figure. */
    #height() {
      return this.hasAttribute("show") ? Number(this.getAttribute("height")) || 0 : 0;
    }

    /** The address of the lab, and the keys of its query, percent-encoded: those of `src`, then the attributes. */
    #settings() {
      const src = this.getAttribute("src") ?? LAB;
      const lab = src !== null && URL.canParse(src, document.baseURI) ? new URL(src, document.baseURI) : null;
      if (!/^https?:$/.test(lab?.protocol)) throw wrong("address", "src", "the http or https address of the lab", src ?? "none");
      // URLSearchParams would write a space as a plus sign, which to the lab is a plus sign.
      const keys = new Map(lab.search.slice(1).split("&").filter(Boolean).map((pair) => pair.split(/=(.*)/s, 2)));
      for (const { name, value } of this.attributes) {
        if (!HTML.test(name)) keys.set(name, encodeURIComponent(value));
      }
      keys.set("embed", "1");
      lab.search = lab.hash = "";
      return { lab, keys };
    }

    /** Creates the frame, in place of the one that is there: another address for that one would be a step back in history. */
    #load() {
      const shown = this.#settings();
      this.#unload();
      this.#viewport.disconnect();
      this.#button.hidden = true;
      this.#shown = shown;
      this.#frame = document.createElement("iframe");
      this.#frame.allow = "fullscreen; clipboard-write";
      this.#frame.style.height = `${this.#height() || HEIGHT}px`;
      this.#frame.src = `${shown.lab}?${queryOf(shown.keys)}`;
      this.#name();
      this.#box.append(this.#frame);
    }

    #unload() {
      this.#frame?.remove();
      this.#frame = null;
      this.#ready = false;
    }

    /** Screen readers announce the title of a frame. */
    #name() {
      this.#frame.title = this.title || "Emergence Lab";
    }

    /** Waits for the viewport, with the height reserved. Always from anew, since a wrong address may have been corrected. */
    #wait() {
      this.#box.style.minHeight = `${this.#height() || HEIGHT}px`;
      this.#viewport.disconnect();
      this.#viewport.observe(this);
    }

    /** Follows the attributes: a message for those of the experiment, another frame for those of the display. */
    #update() {
      if (!this.#frame) {
        if (this.#button.hidden) this.#wait();
        return;
      }
      this.#name();
      const [old, now] = [this.#shown, this.#settings()];
      const changed = [...old.keys, ...now.keys].map(([key]) => key).filter((key) => old.keys.get(key) !== now.keys.get(key));
      const moved = old.lab.href !== now.lab.href;
      if (moved || (changed.length && !this.#ready) || changed.some((key) => VIEW.test(key))) {
        this.#load();
      } else if (changed.length) {
        this.#shown = now;
        // Nobody waits for this answer: a refusal is for the author of the page, on the console.
        this.config(queryOf([...now.keys].filter(([key]) => !VIEW.test(key)))).catch((error) => console.error(error));
      }
    }
  }

  customElements.define("emergence-lab", EmergenceLab);
})();
