// The buttons of the article, and what they say.
// Modules run after deferred scripts, so the element is defined here.
const element = (id) => document.getElementById(id);
const [low, high, control] = ["low", "high", "control"].map(element);

/** Final test accuracies in percent, one per variant; NaN where all runs diverged. */
const accuracies = ({ variants }) => variants.map(({ summary }) => 100 * (summary.final_accuracy?.mean ?? NaN));

/** Carries out what a button asks for, and says where to read it if the lab refuses. */
const press = (button, status, act) =>
  element(button).addEventListener("click", () => act().catch(({ message }) => (element(status).textContent = message)));

// Two linked figures: only one lab computes at a time, so the lower one starts when the upper one has finished.
press("both", "comparison", () => low.run());
low.addEventListener("progress", ({ detail }) => (element("comparison").textContent = `Above: step ${detail.step} of ${detail.steps}`));
high.addEventListener("progress", ({ detail }) => (element("comparison").textContent = `Below: step ${detail.step} of ${detail.steps}`));
low.addEventListener("finished", () => high.run());
high.addEventListener("finished", async () => {
  const [above, below] = (await Promise.all([low.results(), high.results()])).map(accuracies);
  const lead = (all) => (all.at(-1) - all[0]).toFixed(1).replace("-", "−");
  element("comparison").textContent = `Lead of α = 2 over Kaiming, in points: ${lead(above)} above, ${lead(below)} below.`;
});

// Buttons outside of a figure.
press("run", "outcome", () => control.run());
press("read", "outcome", async () => {
  const [plain, rescaled, rate] = accuracies(await control.results()).map((value) => `${value.toFixed(2)} %`);
  element("outcome").textContent = `Final test accuracy: plain ${plain}, rescaled ${rescaled}, rate control ${rate}.`;
});
element("colors").addEventListener("click", () => element("night").classList.toggle("dark"));
