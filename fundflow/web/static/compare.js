// "Compare both versions" sends what stands on the page along, so that nothing typed here is lost.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-save-status] a");
  const form = document.querySelector("form[data-autosave-url]");
  if (!link || !form) return;
  event.preventDefault();
  form.action = link.href;
  form.submit();
});
