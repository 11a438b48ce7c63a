"use strict";
(() => {
  const status = document.getElementById("status");
  const select = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };
  for (const button of document.querySelectorAll("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const code = button.closest(".fix").querySelector("code");
      let copied = true;
      try {
        await navigator.clipboard.writeText(code.textContent);
      } catch {
        // The page was not opened from a secure origin.
        select(code);
        copied = document.execCommand("copy");
      }
      const message = copied ? "Copied" : "Selected";
      button.textContent = message;
      status.textContent = message;
      setTimeout(() => {
        button.textContent = "Copy";
        status.textContent = "";
      }, 2000);
    });
  }
})();
