globalThis.preloaded = "preloaded";
