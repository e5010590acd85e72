/** Functions that use what their module defines, for a caller that imports them. */

const factor = 3;

export function triple(x: number): number {
  return x * factor;
}

export const quadruple = (x: number): number => x * factor + x;
