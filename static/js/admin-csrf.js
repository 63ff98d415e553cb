// Signing in again in another tab changes the token that forms carry: take the one that counts now.
"use strict";
{
  function refresh() {
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
    if (!token) return;
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
  }

  document.addEventListener("visibilitychange", refresh);
  window.addEventListener("focus", refresh);
  document.addEventListener("submit", refresh, {capture: true});
}
