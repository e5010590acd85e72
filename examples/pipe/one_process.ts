/** Both ends of a pipe in one process: an end does not receive what it has sent itself. */

import { Pipe, TimeoutError } from "@nproc/multiprocessing";
import { setUp } from "../_lib.ts";

if (import.meta.main) {
  setUp();
  const [sender, receiver] = Pipe();

  await sender.send("zty"); // sender发数据
  console.log(await receiver.recv()); // receiver取数据, 输出:zty

  await sender.send("zty"); // sender发数据
  // sender取数据,但程序被阻塞,因为recv不能取同一个对象send出去的数据
  const data = await sender.recv({ timeout: 500 }).catch((error) => {
    if (!(error instanceof TimeoutError)) throw error;
    return `${error.name}: ${error.message}`;
  });
  console.log(data);

  console.log(await receiver.recv()); // It is here, at the other end.
}
