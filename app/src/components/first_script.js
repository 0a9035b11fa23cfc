// The first script of a page with islands. It runs before the page is drawn, and before the WASM is there.
//
// A page carries it without these lines and without what indents the others (`scripts.rs`), so a comment stands on a line
// of its own, and no text reaches over the end of a line.
{
  // What time it is here, told to the server with every page from now on.
  const isSafe = location.protocol == "https:";
  document.cookie =
    (isSafe ? "__Host-" : "") + "utc_offset=" + -new Date().getTimezoneOffset() +
    "; Path=/; SameSite=Lax; Max-Age=31536000" + (isSafe ? "; Secure" : "");

  // Until the list is hydrated, what is pressed in it is held back, and the island does it then.
  const early = [];
  let timer;

  const hold = (event) => {
    const pressed = event.submitter || event.target;
    if (!pressed.closest("#list")) return;
    if (event.type == "submit") event.preventDefault();
    early.push(pressed);
    timer ??= setTimeout(give, 5000);
  };

  const release = () => {
    clearTimeout(timer);
    removeEventListener("submit", hold, true);
    removeEventListener("change", hold, true);
  };

  // The island has not come within five seconds: the forms themselves are sent, and the page shows what became of them.
  const give = async () => {
    release();
    for (const pressed of early) {
      const isBox = pressed.type == "checkbox";
      const fields = new FormData(pressed.form);
      if (isBox) fields.set("completed", pressed.checked);
      else fields.set(pressed.name, pressed.value);
      if (!isBox && pressed.formMethod == "get") return location = pressed.formAction;
      const action = isBox ? pressed.form.action : pressed.formAction;
      await fetch(action, { method: "POST", body: new URLSearchParams(fields) });
    }
    location.reload();
  };

  const handOver = () => {
    release();
    for (const pressed of early) {
      if (pressed.type == "checkbox") pressed.dispatchEvent(new Event("change", { bubbles: true }));
      else pressed.click();
    }
  };

  addEventListener("submit", hold, true);
  addEventListener("change", hold, true);
  addEventListener("holdfast:hydrated", handOver, { once: true });
}
