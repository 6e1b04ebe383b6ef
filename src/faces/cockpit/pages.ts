import { mount, type Mounted } from "./mount.ts";
import type { Hands, Page } from "./page.ts";
import { cataloguesPage } from "./pages/catalogues.ts";
import { constructPage } from "./pages/construct.ts";
import { daemonPage } from "./pages/daemon.ts";
import { filesPage } from "./pages/files.ts";
import { fleetPage } from "./pages/fleet.ts";
import { inboxPage } from "./pages/inbox.ts";
import { limitsPage } from "./pages/limits.ts";
import { nodesPage } from "./pages/nodes.ts";
import { queuePage } from "./pages/queue.ts";
import { replayPage } from "./pages/replay.ts";
import { rulesPage } from "./pages/rules.ts";
import { runsPage } from "./pages/runs.ts";
import { timelinePage } from "./pages/timeline.ts";
import { watchdogPage } from "./pages/watchdog.ts";

type MountPage = (hands: Hands, changed: () => void) => Mounted;

const paged =
  <S>(page: Page<S>): MountPage =>
  (hands, changed) =>
    mount(page, hands, changed);

/** The pages of the cockpit, in the order of their tabs. To add one: its file in `pages/`, a line here, its frames in the tests. */
export const pages: readonly MountPage[] = [
  paged(fleetPage),
  paged(constructPage),
  paged(inboxPage),
  paged(daemonPage),
  paged(watchdogPage),
  paged(timelinePage),
  paged(queuePage),
  paged(filesPage),
  paged(limitsPage),
  paged(nodesPage),
  paged(rulesPage),
  paged(cataloguesPage),
  paged(runsPage),
  paged(replayPage),
];
