// The buttons that copy a link or the address of a feed. Without this script, or without a clipboard, there is no button.
for (const item of document.querySelectorAll(".copy-link")) {
  if (!navigator.clipboard) break;
  item.hidden = false;
  const button = item.querySelector("button");
  const status = item.closest(".share, .copying").querySelector("[role=status]");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      status.textContent = button.dataset.copied;
    } catch {
      status.textContent = button.dataset.failed;
    }
  });
}
