// The one direction of imports (docs/architecture.md): a room may use the rooms listed for it and no other.
const rooms = {
  base: [],
  exec: ['base'],
  checklist: ['base'],
  providers: ['base', 'checklist'],
  versions: ['base', 'checklist'],
  deployment: ['base', 'checklist', 'providers', 'versions'],
  evidence: ['base', 'exec', 'checklist', 'versions', 'deployment', 'providers', 'render'],
  render: ['base', 'checklist', 'versions', 'deployment', 'providers'],
  recovery: ['base', 'checklist', 'versions', 'deployment'],
  policy: ['base', 'checklist', 'deployment'],
  prerequisites: ['base', 'checklist', 'versions', 'deployment', 'providers', 'evidence', 'render'],
  checks: ['base', 'checklist', 'versions', 'deployment', 'providers', 'evidence', 'policy', 'render', 'recovery'],
  report: ['base', 'checks', 'deployment'],
  state: ['base', 'exec', 'deployment', 'render'],
  wizard: ['base', 'checklist', 'versions', 'deployment', 'providers', 'recovery'],
  operations: [
    'base',
    'exec',
    'checklist',
    'versions',
    'deployment',
    'evidence',
    'policy',
    'render',
    'recovery',
    'checks',
    'state',
    'targets',
  ],
  targets: ['base', 'exec', 'checklist', 'versions', 'deployment', 'evidence', 'render', 'state'],
};

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-to-test', severity: 'error', from: { path: '^(src|bin)' }, to: { path: '^(test|bench)' } },
    { name: 'nobody-imports-cli', severity: 'error', from: { path: '^src/(?!cli/)' }, to: { path: '^src/cli/' } },
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `direction-${room}`,
      comment: `src/${room} may import only: ${[room, ...allowed].join(', ')}`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
    })),
  ],
  options: {
    doNotFollow: { path: '(node_modules|^dist)' },
    parser: 'swc',
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
