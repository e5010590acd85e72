// @runs-on every: V8 clones and encodes differently from version to version

import { describe, it } from "@std/testing/bdd";
import { assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { Decoder } from "../../src/codec/decoder.ts";
import { Encoder } from "../../src/codec/encoder.ts";
import { registerExtension } from "../../src/codec/extension.ts";
import { ModuleNeeded } from "../../src/code/module_needed.ts";
import { registerClass } from "../../src/code/registered_class.ts";
import { roundTrip } from "../codec/round_trip.ts";

class Point {
  static made = 0;
  x: number;
  next: unknown;
  constructor(x: number) {
    Point.made++;
    this.x = x;
  }
  get twice(): number {
    return this.x * 2;
  }
}
class Bag extends Map<unknown, unknown> {
  label = "bag";
}
class List extends Array<unknown> {
  declare more?: number;
}
registerClass(import.meta, Point);
registerClass(import.meta, Bag);
registerClass(import.meta, List);

describe("registerClass()", () => {
  it("lets instances keep their class, without calling the constructor", () => {
    const point = new Point(3);
    point.next = [point, { plain: true }];
    const made = Point.made;
    const arrived = roundTrip({ a: point, b: point });
    assertEquals(Point.made, made);
    assertInstanceOf(arrived.a, Point);
    assertEquals(arrived.a.twice, 6);
    assertStrictEquals(arrived.a, arrived.b);
    assertStrictEquals(arrived.a.next[0], arrived.a);
    assertStrictEquals(Object.getPrototypeOf(arrived.a.next[1]), Object.prototype);
  });

  it("lets instances of built-in classes' subclasses keep both", () => {
    const bag = new Bag([[1, { a: 2 }]]);
    bag.set("self", bag);
    const arrived = roundTrip(bag);
    assertInstanceOf(arrived, Bag);
    assertEquals([arrived.size, arrived.label, arrived.get(1)], [2, "bag", { a: 2 }]);
    assertStrictEquals(arrived.get("self"), arrived);
    const list = roundTrip(Object.assign(List.from([1, 2]), { more: 3 }));
    assertInstanceOf(list, List);
    assertEquals([list.length, [...list], list.more], [2, [1, 2], 3]);
  });

  it("tells classes of one name apart by their order", () => {
    const make = () => {
      class Same {}
      registerClass(import.meta, Same);
      return Same;
    };
    const classes = [make(), make()];
    for (const cls of classes) assertInstanceOf(roundTrip(new cls()), cls);
  });

  it("changes nothing the second time", () => {
    registerClass(import.meta, Point);
    assertInstanceOf(roundTrip(new Point(1)), Point);
  });

  it("does not cover subclasses that are not registered", () => {
    class Other extends Point {}
    assertStrictEquals(Object.getPrototypeOf(roundTrip(new Other(1))), Object.prototype);
  });

  it("refuses what is no class", () => {
    assertThrows(() => registerClass({} as ImportMeta, Point), TypeError, "import.meta");
    for (const bad of [() => {}, {}, null, Object]) {
      assertThrows(() => registerClass(import.meta, bad as typeof Point), TypeError, "a class");
    }
  });
});

describe("ModuleNeeded", () => {
  it("names the module, and the value can be read again once it is loaded", () => {
    const meta = { url: "file:///never/loaded.ts" } as ImportMeta;
    class Local {}
    registerClass(meta, Local);
    const encoder = new Encoder();
    encoder.writeUint(7);
    encoder.write([1, new Local(), new Local()], "value");
    const { bytes } = encoder.take();
    const text = new TextDecoder("latin1").decode(bytes);
    // The same message of a module that nobody has loaded here.
    const other = Uint8Array.from(text.replace("never", "other"), (c) => c.charCodeAt(0));
    const decoder = new Decoder(other);
    decoder.readUint();
    const { position } = decoder;
    for (let i = 0; i < 2; i++) {
      const error = assertThrows(() => decoder.read(), ModuleNeeded, "class Local");
      assertEquals(error.url, "file:///other/loaded.ts");
      assertEquals(decoder.position, position);
    }
    registerClass({ url: "file:///other/loaded.ts" } as ImportMeta, class Local {});
    const [one, first, second] = decoder.read() as object[];
    assertEquals([one, first!.constructor.name, decoder.done], [1, "Local", true]);
    assertStrictEquals(Object.getPrototypeOf(first), Object.getPrototypeOf(second));
  });
});

class Handle {
  readonly id: number;
  constructor(id: number) {
    this.id = id;
  }
}
let revivals = 0;
let blocked = "";
registerExtension({
  name: "test handle",
  shape: () => true,
  matches: (value) => value instanceof Handle,
  refuses: (value, channel) =>
    (value as Handle).id === 0 ? `is a handle not for ${channel}` : undefined,
  describe: (value) => [(value as Handle).id, { nested: true }],
  revive: (description) => {
    revivals++;
    if (blocked === "module") throw new ModuleNeeded("file:///handle.ts", "handle");
    if (blocked === "error") throw new EvalError("no such handle");
    return new Handle((description as [number])[0]);
  },
});
const add = (a: number, b: number): number => a + b;
registerExtension({
  name: "test function",
  shape: () => true,
  matches: (value) => value === add,
  describe: () => null,
  revive: () => add,
});

describe("registerKind()", () => {
  it("lets values of the kind travel anywhere and keep their identity", () => {
    const handle = new Handle(5);
    const arrived = roundTrip({
      handle,
      map: new Map([[handle, new Set([handle])]]),
      list: [{}, handle, add, add],
      error: Object.assign(new Error("e", { cause: handle }), { handle }),
    });
    assertInstanceOf(arrived.handle, Handle);
    assertEquals(arrived.handle.id, 5);
    assertStrictEquals([...arrived.map.keys()][0], arrived.handle);
    assertStrictEquals([...[...arrived.map.values()][0]][0], arrived.handle);
    assertStrictEquals(arrived.list[1], arrived.handle);
    assertStrictEquals(arrived.error.cause, arrived.handle);
    assertStrictEquals(arrived.error.handle, arrived.handle);
    assertStrictEquals(arrived.list[3](1, 2), 3);
  });

  it("refuses with the kind's own reason, told of the channel", () => {
    const encoder = new Encoder({ channel: "process" });
    assertThrows(
      () => encoder.write([new Handle(0)], "args"),
      DOMException,
      "args[0] is a handle not for process",
    );
  });

  it("passes on what revive throws, and revives nothing twice", () => {
    const encoder = new Encoder();
    encoder.write([new Handle(1)], "value");
    const decoder = new Decoder(encoder.take().bytes);
    blocked = "module";
    assertThrows(() => decoder.read(), ModuleNeeded);
    blocked = "error";
    assertThrows(() => decoder.read(), EvalError, "no such handle");
    blocked = "";
    revivals = 0;
    const first = decoder.read();
    decoder.position = 0;
    assertStrictEquals((decoder.read() as unknown[])[0], (first as unknown[])[0]);
    assertEquals(revivals, 1);
  });

  it("refuses a second kind of one name", () => {
    const kind = {
      name: "test handle",
      shape: [],
      matches: () => false,
      describe: () => 0,
      revive: () => ({}),
    };
    assertThrows(() => registerExtension(kind), Error, "test handle");
  });
});
