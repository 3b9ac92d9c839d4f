// The net under the page. If its program is trapped inside an action (a panic, the end of memory, an exception of the browser), it must not be
// called again: the page would look alive and do nothing. This script, which needs nothing of the program, says so, ends the worker, and keeps
// what was measured for download.
(() => {
  const root = document.documentElement;
  // The program sets: whether it is inside an action, its memory, its worker, the latest results as text, whether the run is
  // stored, and the texts below in the page's
  // language.
  const net = (globalThis.emergenceLabNet = { acting: false, memory: null, worker: null, results: null, stored: false, reason: null, texts: {} });
  const english = {
    stopped: "Stopped",
    error: "The page has stopped because of an error in its program.",
    memory: "The page has stopped because its memory is full.",
    remains: "Measurements so far can be saved.",
    returns: "After a reload, the run goes on from its last checkpoint.",
    reload: "Reload the page",
    save: "Save the results",
  };
  const text = (name) => net.texts[name] ?? english[name];

  // Pages of 64 KiB; a memory with less room than this is full.
  const ROOM = 256;
  const isFull = () => {
    try {
      // The program is not called any more, so what it is given does no harm.
      net.memory?.grow(ROOM);
      return false;
    } catch {
      return true;
    }
  };

  const button = (text, press) => {
    const element = document.createElement("button");
    element.type = "button";
    element.textContent = text;
    element.addEventListener("click", press);
    return element;
  };

  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([net.results], { type: "application/json" }));
    link.download = "emergence-lab.json";
    link.click();
  };

  let isDead = false;
  const die = (reason) => {
    if (isDead) return;
    isDead = true;
    net.worker?.terminate();
    root.dataset.state = "failed";
    const status = document.querySelector("#status");
    if (status) status.textContent = text("stopped");
    const notice = document.createElement("div");
    notice.className = "notice failure";
    notice.dataset.subject = "net";
    const sentence = document.createElement("p");
    sentence.textContent = [isFull() ? "memory" : "error", net.results && "remains", net.stored && "returns"].filter(Boolean).map(text).join(" ");
    // In the words of the browser, or of the program's last breath: for those who look for the cause.
    const technical = document.createElement("small");
    technical.translate = false;
    technical.textContent = ` (${String(net.reason ?? reason).slice(0, 300)})`;
    sentence.append(technical);
    notice.append(sentence, button(text("reload"), () => (globalThis.emergenceLabDeploy ?? location).reload()));
    if (net.results) notice.append(button(text("save"), save));
    document.querySelector("#notices")?.append(notice);
    if (parent !== window) parent.postMessage({ type: "emergence-lab:failed", state: "failed", error: sentence.textContent }, "*");
  };

  // Everything that runs in an action ends in it, so a task that leaves one open was trapped.
  const check = (reason, isTrap) => {
    if (isTrap) die(reason);
    else setTimeout(() => net.acting && die(reason));
  };
  const isTrap = (error) => error instanceof WebAssembly.RuntimeError;
  addEventListener("error", ({ message, error }) => {
    if (message) check(error?.message ?? message, isTrap(error));
  });
  addEventListener("unhandledrejection", ({ reason }) => check(reason?.message ?? String(reason), isTrap(reason)));
})();
