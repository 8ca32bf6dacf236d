import type { Project } from '../../model.ts';
import { metricsServiceName } from '../metrics.ts';
import { PANELS, type Panel } from './panels.ts';

/** Grafana's grid. */
const COLUMNS = 24;
const HEIGHT = { stat: 4, timeseries: 8 } as const;

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** `dashboard.json`: to be imported into Grafana 10 or newer, or found by its sidecar in the ConfigMap that kustomize makes of it. */
export function dashboard({ operatorName, kind }: Project): string {
  const job = metricsServiceName(operatorName);
  const document = {
    title: `${operatorName} (${kind})`,
    uid: `autopilot-${operatorName}`.slice(0, 40),
    tags: ['autopilot', 'kubernetes', operatorName],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' },
        {
          name: 'namespace',
          type: 'query',
          label: 'Namespace',
          datasource: DATASOURCE,
          query: `label_values(autopilot_operator_info{job="${job}"}, namespace)`,
          refresh: 2,
          multi: true,
          includeAll: true,
          current: { text: 'All', value: '$__all' },
        },
      ],
    },
    panels: laidOut(job),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** Side by side as far as there is room. */
function laidOut(job: string): readonly object[] {
  let [x, y, row] = [0, 0, 0];
  return PANELS.map((panel, index) => {
    if (x + panel.width > COLUMNS) [x, y, row] = [0, y + row, 0];
    const place = { x, y, w: panel.width, h: HEIGHT[panel.type] };
    x += panel.width;
    row = Math.max(row, place.h);
    return panelOf(panel, index + 1, place, job);
  });
}

function panelOf(panel: Panel, id: number, gridPos: object, job: string): object {
  const { type, title, description, unit, queries, stacked = false } = panel;
  return {
    id,
    type,
    title,
    description,
    gridPos,
    datasource: DATASOURCE,
    fieldConfig: {
      defaults: {
        unit,
        ...(type === 'timeseries' && {
          min: 0,
          custom: { fillOpacity: stacked ? 30 : 0, stacking: { mode: stacked ? 'normal' : 'none' } },
        }),
        ...(panel.alarming !== undefined && {
          thresholds: {
            mode: 'absolute',
            steps: [
              { color: 'green', value: null },
              { color: 'red', value: panel.alarming },
            ],
          },
        }),
      },
      overrides: [],
    },
    ...(type === 'stat' && {
      options: {
        reduceOptions: { calcs: ['lastNotNull'] },
        textMode: panel.showsName === true ? 'name' : 'value',
        colorMode: panel.alarming === undefined ? 'none' : 'value',
      },
    }),
    targets: Object.entries(queries).map(([legendFormat, expr], index) => ({
      refId: 'ABCDEFGH'.charAt(index),
      expr: expr.replaceAll('JOB', `job="${job}",namespace=~"$namespace"`),
      legendFormat,
    })),
  };
}
