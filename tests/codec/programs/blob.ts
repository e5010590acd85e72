/** Sends blobs to itself, and then has nothing else to do. */

import { roundTrip } from "../round_trip.ts";

console.log(await roundTrip(new Blob(["hey"])).text());
console.log(await roundTrip(new File(["ho"], "name")).text());
