/**
 * Loads every class of proxies: one that comes from elsewhere can be of any.
 *
 * @module
 * @internal
 */

import "./acquirable_proxy.ts";
import "./array_proxy.ts";
import "./barrier_proxy.ts";
import "./dict_proxy.ts";
import "./event_proxy.ts";
import "./list_proxy.ts";
import "./namespace_proxy.ts";
import "./object_proxy.ts";
import "./pool_proxy.ts";
import "./queue_proxy.ts";
import "./value_proxy.ts";
