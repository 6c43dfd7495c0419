// Demonstration only: a click on an invented person fills in the sign-in form. Without script one types the name.
document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-demo-username]");
  if (!chosen) return;
  document.getElementById("id_login").value = chosen.dataset.demoUsername;
  document.getElementById("id_password").value = chosen.dataset.demoPassword;
  document.querySelector("form.form button[type=submit]").focus();
});
