/**
 * Objects of the platform: what the runtimes can do with them.
 *
 * @module
 * @internal
 */

/** Whether a key that is posted to another thread is one there. On Deno it arrives without what it holds. */
export const clonesKeys: boolean = !("Deno" in globalThis);

/** Whether `Object.assign` copies hundreds of properties at once. JavaScriptCore adds them one by one. */
export const copiesFast: boolean = !("Bun" in globalThis);
