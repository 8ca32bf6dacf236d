import { watch } from '../verbs/watch.ts';
import { parseVersion } from '../verbs/versions.ts';
import { tableQuery } from './resource-request.ts';
import { StatusError } from './status.ts';
import { WatchWriter } from './watch-stream.ts';
import type { Selection } from '../verbs/selection.ts';
import type { ApiResponse } from './exchange.ts';
import type { ListQuery } from './query.ts';
import type { ResourceRequest } from './resource-request.ts';

/** A watch that names no timeout ends after this long, up to twice of it, so that not all end at once. */
const MIN_TIMEOUT = 1800 * 1000;

/** Answers a watch: an event a line, until its timeout, or until the client leaves. */
export function handleWatch(resource: ResourceRequest, selection: Selection, query: ListQuery): ApiResponse {
  const { api, kind, as } = resource;
  if (as.format !== 'json') {
    throw new StatusError(
      406,
      'NotAcceptable',
      'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
    );
  }
  parseVersion(query.resourceVersion, true);
  const { include } = tableQuery(resource);
  const writer = new WatchWriter(kind, as, include, () => api.clock.now());
  const timeout = query.timeoutSeconds ? query.timeoutSeconds * 1000 : MIN_TIMEOUT * (1 + Math.random());
  const options = {
    resourceVersion: query.resourceVersion,
    allowBookmarks: query.allowBookmarks,
    sendInitialEvents: query.sendInitialEvents,
    timeout,
  };
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    start(sink) {
      let over = false;
      const end = (): void => {
        if (!over) sink.end();
        over = true;
      };
      return watch(api, selection, options, {
        event(event) {
          if (over) return;
          const text = writer.text(event);
          if (text === undefined) end();
          else sink.write(text);
        },
        room: () => sink.room(),
        end,
      });
    },
  };
}
