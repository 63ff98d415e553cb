// Texts that the server has not got yet, kept in this browser: one entry for each opened form.
"use strict";
{
  const PREFIX = "allforces-text";

  class Copies {
    constructor(user) {
      this.prefix = `${PREFIX}:${user}:`;
    }

    // false when the browser has no room, or keeps nothing at all.
    put(token, entry) {
      try {
        localStorage.setItem(this.prefix + token, JSON.stringify(entry));
        return true;
      } catch {
        return false;
      }
    }

    remove(token) {
      try {
        localStorage.removeItem(this.prefix + token);
      } catch { /* Storage is switched off: there is nothing to remove. */ }
    }

    // [token, entry] of every other form of this user, the oldest first.
    others(token) {
      const found = [];
      try {
        for (let number = 0; number < localStorage.length; number += 1) {
          const key = localStorage.key(number);
          if (!key.startsWith(this.prefix) || key === this.prefix + token) continue;
          found.push([key.slice(this.prefix.length), JSON.parse(localStorage.getItem(key))]);
        }
      } catch {
        return [];
      }
      return found.sort((left, right) => left[1].at - right[1].at);
    }
  }

  window.newsroomCopies = (user) => new Copies(user);
}
