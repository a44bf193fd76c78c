import type { JsonObject } from '../../base/json.ts';
import { PANELS, type Panel } from '../../checklist/alerts.ts';

/** Grafana's grid is 24 columns wide; two panels are side by side. */
const WIDTH = 12;
const HEIGHT = 8;
/** The version of the dashboard's JSON: that of Grafana 10. Later versions migrate it when they load it. */
const SCHEMA = 39;

/** A dashboard of Grafana with a choice of the Prometheus data source. `fill` puts names into an expression. */
export function dashboard(title: string, fill: (expression: string) => string): JsonObject {
  return {
    uid: `difyctl-${title}`.slice(0, 40),
    title: `Dify: ${title}`,
    tags: ['dify'],
    schemaVersion: SCHEMA,
    editable: true,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ name: 'source', label: 'Data source', type: 'datasource', query: 'prometheus' }] },
    panels: PANELS.map((panel, index) => panelOf(panel, index, fill)),
  };
}

function panelOf({ title, queries, unit }: Panel, index: number, fill: (expression: string) => string): JsonObject {
  const datasource = { type: 'prometheus', uid: '$source' };
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    datasource,
    gridPos: { x: (index % 2) * WIDTH, y: Math.floor(index / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
    targets: queries.map(({ expression, legend }, query) => ({
      refId: String.fromCharCode(65 + query),
      datasource,
      expr: fill(expression),
      legendFormat: legend,
    })),
  };
}
