/**
 * What it takes to wake a child that sleeps: with events and barriers, in turns with the bare way
 * in which the runtime can do it, which is `Atomics.wait` between threads and a message between
 * processes. Siblings speak to each other by their parent, who passes the messages on.
 */

import { Barrier, Event, Process, Semaphore, setStartMethod } from "@nproc/multiprocessing";
import { type Channel, openChannel } from "../lib/channel.ts";
import { timeInTurns } from "../lib/measure.ts";
import { endSoon, programOptions } from "../lib/program.ts";
import { type Method, printRow } from "../lib/row.ts";
import type { Order } from "./bare_child.ts";
import { ChannelSide, type Hold, play, type Side, throwBack, wordSide } from "./game.ts";
import { sizes } from "./sizes.ts";

/** The ball is where the event is set. */
function eventSide(mine: Event, theirs: Event, blocked: boolean): Side {
  return {
    throwBall: () => theirs.set(),
    catchBall: async () => {
      if (blocked) mine.waitSync();
      else await mine.wait();
      mine.clear();
    },
  };
}

/** The ball is at whoever is to come second. */
function barrierSide(barrier: Barrier, blocked: boolean): Side {
  const wait = async (): Promise<void> => {
    if (blocked) barrier.waitSync();
    else await barrier.wait();
  };
  return { throwBall: wait, catchBall: wait };
}

export async function eventPlayer(
  ready: Semaphore,
  [mine, theirs]: readonly [Event, Event],
  hold: Hold,
): Promise<void> {
  ready.release();
  await throwBack(eventSide(mine, theirs, hold.blocked), hold);
}

export async function barrierPlayer(
  ready: Semaphore,
  barrier: Barrier,
  hold: Hold,
): Promise<void> {
  ready.release();
  await throwBack(barrierSide(barrier, hold.blocked), hold);
}

/** A game of a sibling, which begins when it is told to. */
export async function starter(
  ready: Semaphore,
  [mine, theirs]: readonly [Event, Event],
  [go, done]: readonly [Event, Event],
  hold: Hold,
  count: number,
): Promise<void> {
  ready.release();
  for (;;) {
    await go.wait();
    go.clear();
    await play(eventSide(mine, theirs, hold.blocked), hold, count);
    done.set();
  }
}

/** Plays so often; gives the milliseconds for a wake-up. */
type Game = (count: number) => Promise<number>;

const bareModule = new URL("./bare_child.ts", import.meta.url);
const ends: (() => unknown)[] = [];
/** What a game has to wait for before it begins: a parent that is blocked starts no child. */
const begins: (() => Promise<unknown>)[] = [];

function startChild(target: (...args: never[]) => Promise<void>, args: readonly unknown[]): void {
  const ready = new Semaphore(0);
  const child = new Process({ target, args: [ready, ...args], daemon: true });
  child.start();
  begins.push(() => ready.acquire());
  ends.push(() => child.kill());
}

function events(hold: Hold): Game {
  const mine = new Event();
  const theirs = new Event();
  startChild(eventPlayer, [[theirs, mine], hold]);
  return (count) => play(eventSide(mine, theirs, hold.blocked), hold, count);
}

function barriers(hold: Hold): Game {
  const barrier = new Barrier(2);
  startChild(barrierPlayer, [barrier, hold]);
  return (count) => play(barrierSide(barrier, hold.blocked), hold, count);
}

function siblings(hold: Hold, perGame: number): Game {
  const [mine, theirs, go, done] = [new Event(), new Event(), new Event(), new Event()] as const;
  startChild(starter, [[mine, theirs], [go, done], hold, perGame]);
  startChild(eventPlayer, [[theirs, mine], hold]);
  return async (count) => {
    const before = performance.now();
    go.set();
    await done.wait();
    done.clear();
    return (performance.now() - before) / (2 * count) - hold.rest;
  };
}

function openBare(method: Method, order: Order): Channel {
  const channel = openChannel(method, bareModule);
  ends.push(() => channel.close());
  channel.post(order);
  return channel;
}

/** Two threads that wake each other by a word of shared memory. */
function bareWords(hold: Hold): Game {
  const words = new Int32Array(new SharedArrayBuffer(8));
  openBare("worker", { kind: "words", words, hold });
  return async (count) => {
    // `Atomics.waitAsync` alone keeps no program alive.
    const timer = setInterval(() => {}, 1000);
    const time = await play(wordSide(words, 0, 1, hold.blocked), hold, count);
    clearInterval(timer);
    return time;
  };
}

/** Two processes that send each other messages. */
function bareMessages(method: Method, hold: Hold): Game {
  const channel = openBare(method, { kind: "back", hold });
  const side = new ChannelSide((ball) => channel.post(ball));
  channel.onMessage = () => side.hear();
  return (count) => play(side, hold, count);
}

/** Two siblings whose parent passes their messages on. */
function relayedMessages(method: Method, hold: Hold): Game {
  const first = openChannel(method, bareModule);
  ends.push(() => first.close());
  const second = openBare(method, { kind: "back", hold });
  second.onMessage = (message) => first.post(message);
  return (count) =>
    new Promise((resolve) => {
      first.onMessage = (message) => {
        if (typeof message === "object") resolve((message as { time: number }).time);
        else second.post(message);
      };
      first.post({ kind: "play", hold, count } satisfies Order);
    });
}

/** Contenders, and for how long they play. They are started when their scenario begins. */
interface Scenario {
  readonly size: { readonly count: number; readonly rounds: number };
  start(): Record<string, Game>;
}

/** What is compared: each with the bare way of the same kind. */
function scenariosOf(method: Method): Record<string, Scenario> {
  const { balls, longBalls } = sizes;
  const isThread = method === "worker";
  const hold = ({ rest, after }: typeof balls | typeof longBalls, blocked: boolean): Hold => ({
    rest,
    after,
    blocked,
  });
  const bare = (size: typeof balls | typeof longBalls): Game =>
    isThread ? bareWords(hold(size, true)) : bareMessages(method, hold(size, false));
  const eventsOf = (size: typeof balls | typeof longBalls): Record<string, Game> => ({
    "event.wait": events(hold(size, false)),
    "event.waitSync": events(hold(size, true)),
    bare: bare(size),
  });
  return {
    wake: {
      size: balls,
      start: () => ({
        ...eventsOf(balls),
        ...(isThread && { "bare waitAsync": bareWords(hold(balls, false)) }),
      }),
    },
    barrier: {
      size: balls,
      start: () => ({
        "barrier.wait": barriers(hold(balls, false)),
        "barrier.waitSync": barriers(hold(balls, true)),
        bare: bare(balls),
      }),
    },
    "wake sibling": {
      size: balls,
      start: () => ({
        "event.wait": siblings(hold(balls, false), balls.count),
        "event.waitSync": siblings(hold(balls, true), balls.count),
        bare: isThread ? bare(balls) : relayedMessages(method, hold(balls, false)),
      }),
    },
    "wake after long": { size: longBalls, start: () => eventsOf(longBalls) },
  };
}

/** Plays a scenario's games in turns. */
async function compare(scenario: string, { size, start }: Scenario, method: Method): Promise<void> {
  const turns = Object.entries(start()).map(([name, game]) =>
    [name, () => game(size.count)] as const
  );
  for (const begin of begins.splice(0)) await begin();
  const times = await timeInTurns(Object.fromEntries(turns), size.rounds);
  for (const end of ends.splice(0)) await end();
  for (const [competitor, milliseconds] of Object.entries(times)) {
    const samples = milliseconds.map((time) => 1000 * time);
    printRow({ scenario, competitor, method, unit: "us", samples, beside: "bare" });
  }
}

async function main(): Promise<void> {
  const { method, scenarios } = programOptions();
  setStartMethod(method);
  for (const [name, scenario] of Object.entries(scenariosOf(method))) {
    if (scenarios?.includes(name) ?? true) await compare(name, scenario, method);
  }
  endSoon();
}

if (import.meta.main) await main();
