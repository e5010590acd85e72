/**
 * The first byte of every encoded value.
 *
 * `0x80`–`0xff` are the integers 0 to 127, `0x40`–`0x7f` ASCII strings of 0 to 63 characters; what
 * is below is named here.
 *
 * @module
 * @internal
 */

/** A small integer is this bit and its value. */
export const SMALL_INT = 0x80;
/** A short ASCII string is this bit and its length; the characters follow. */
export const SHORT_ASCII = 0x40;
/** The longest string that `SHORT_ASCII` can say. */
export const SHORT_ASCII_MAX = 0x3f;

export const UNDEFINED = 0;
export const NULL = 1;
export const TRUE = 2;
export const FALSE = 3;
export const INT8 = 4;
export const INT16 = 5;
export const INT32 = 6;
export const FLOAT64 = 7;
export const UTF8 = 8;
export const UTF16 = 9;
export const BIGINT64 = 10;
export const BIGINT = 11;
/** An object met before in the same value. */
export const REFERENCE = 12;
/** Keys, then values; the keys become a shape. */
export const OBJECT = 13;
/** The number of a shape, then values. */
export const SHAPED_OBJECT = 14;
// Each array tag plus one says that named properties follow the elements.
export const ARRAY = 15;
export const ARRAY_NAMED = 16;
/** An array that begins with packed 32-bit integers. */
export const INTEGERS = 17;
export const INTEGERS_NAMED = 18;
/** An array that begins with packed 64-bit floats. */
export const FLOATS = 19;
export const FLOATS_NAMED = 20;
/** In place of an element: the others follow as pairs of key and value. */
export const REST = 21;
/** Ends a list of pairs. */
export const END = 22;
/** In place of a property's value: a getter before it removed the property. */
export const ABSENT = 23;
export const DATE = 24;
export const REGEXP = 25;
/** A wrapper object; its primitive follows. */
export const BOXED = 26;
export const MAP = 27;
export const SET = 28;
export const BUFFER = 29;
export const RESIZABLE_BUFFER = 30;
/** A view over a buffer that is a value of its own. */
export const VIEW = 31;
/** A view over the whole of a buffer that is met here for the first time. */
export const WHOLE_VIEW = 32;
export const ERROR = 33;
/** An instance of a registered class that is an ordinary object. */
export const INSTANCE = 34;
/** An instance of a registered class that extends a built-in one. */
export const SUBCLASS = 35;
/** A value of a registered kind. */
export const KIND = 36;
/** A value that the channel carries beside the bytes. */
export const ATTACHMENT = 37;
/** A view whose buffer is no value of its own: see `viewed_memory.ts`. */
export const PART_VIEW = 38;
/** A buffer of which views were met before. */
export const PART_BUFFER = 39;
/** An object with many keys, which stand in one text: see `names.ts`. */
export const WIDE_OBJECT = 40;

/**
 * How many objects may hold each other. Both directions recurse, so the limit is what the smallest
 * stack of the three runtimes decodes with room to spare; a limit of the encoder alone would let
 * through what the other side cannot read.
 */
export const MAX_DEPTH = 1000;
