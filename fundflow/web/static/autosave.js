// Saves a form's draft while a person writes, and says so; a failed save keeps the text and tries again.
function autosave(form) {
  const say = document.querySelector("[data-save-status]");
  const words = form.dataset;
  let timer = 0;
  let oldest = 0;
  let busy = false;
  let stopped = false;
  let dirty = false;

  const tell = (text, tone = "") => {
    if (say) [say.textContent, say.dataset.tone] = [text, tone];
  };
  const conflict = (url) => {
    stopped = true;
    tell(`${words.conflict} `, "failed");
    if (!url || !say) return;
    const link = Object.assign(document.createElement("a"), { href: url, textContent: words.compare });
    say.append(link);
  };
  const body = () => {
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") data.append(name, value);
    return data.toString();
  };

  async function save() {
    if (busy || stopped || !dirty) return;
    [busy, dirty, oldest] = [true, false, 0];
    tell(words.saving);
    try {
      const token = form.elements.csrf_token?.value ?? "";
      const headers = {
        Accept: "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-CSRFToken": token,
      };
      const sent = body();
      // A page that is being left may finish a small request; browsers refuse to carry on a large one.
      const keepalive = document.hidden && sent.length < 60000;
      const answer = await fetch(words.autosaveUrl, { method: "POST", headers, body: sent, keepalive });
      const json = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      if (answer.status === 409) return conflict(json.url);
      if (!answer.ok || answer.redirected || !json.saved_at) throw new Error(answer.status);
      for (const [name, value] of Object.entries(json.fields ?? {})) {
        if (form.elements[name]) form.elements[name].value = value;
      }
      tell(words.saved.replace("{time}", json.saved_at));
    } catch {
      dirty = true;
      tell(words.failed, "failed");
      timer = setTimeout(save, 15000);
    } finally {
      busy = false;
      if (dirty && !stopped && say?.dataset.tone !== "failed") later();
    }
    return undefined;
  }

  // Two seconds after the last key, and never more than five after the first.
  function later() {
    dirty = true;
    oldest ||= Date.now();
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(2000, oldest + 5000 - Date.now())));
  }

  form.addEventListener("input", later);
  form.addEventListener("ff-change", later);
  form.addEventListener("submit", () => {
    stopped = true;
    clearTimeout(timer);
  });
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  document.addEventListener("visibilitychange", () => document.hidden && save());
  addEventListener("beforeunload", (event) => {
    if (dirty && !stopped) event.preventDefault();
  });
}

for (const form of document.querySelectorAll("form[data-autosave-url]")) autosave(form);
