// The net under the page. If its program is trapped inside an action (a panic, the end of memory, an exception of the browser), it must not be
// called again: the page would look alive and do nothing. This script, which needs nothing of the program, says so, ends the worker, and keeps
// what was measured for download.
(() => {
  const root = document.documentElement;
  // The program sets: whether it is inside an action, its worker, the latest results as text, and the texts below in the page's language.
  const net = (globalThis.emergenceLabNet = { acting: false, worker: null, results: null, reason: null, texts: {} });

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
    if (status) status.textContent = net.texts.stopped ?? "Stopped";
    const notice = document.createElement("div");
    notice.className = "notice failure";
    notice.dataset.subject = "net";
    const sentence = document.createElement("p");
    sentence.textContent = (net.texts.sentence ?? "The page has stopped: {reason}").replace("{reason}", net.reason ?? reason);
    notice.append(sentence, button(net.texts.reload ?? "Reload the page", () => (globalThis.emergenceLabDeploy ?? location).reload()));
    if (net.results) notice.append(button(net.texts.save ?? "Save the results", save));
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
