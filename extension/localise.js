// Words of the extension's own pages, in the browser's language.
document.documentElement.lang = chrome.i18n.getMessage("@@ui_locale").replace("_", "-");
for (const element of document.querySelectorAll("[data-say]")) element.textContent = chrome.i18n.getMessage(element.dataset.say);
for (const element of document.querySelectorAll("[data-say-label]")) element.setAttribute("aria-label", chrome.i18n.getMessage(element.dataset.sayLabel));
