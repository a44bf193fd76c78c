import { describe, expect, test } from 'vitest';
import { COMPONENTS } from '../../src/checklist/components.ts';
import { componentImages, imageName, SERVICE_IMAGES } from '../../src/render/images.ts';

describe('componentImages', () => {
  test('Dify 1.16.1', () => {
    const names = Object.fromEntries(
      Object.entries(componentImages('1.16.1')).map(([name, image]) => [name, imageName(image, undefined)]),
    );
    expect(names).toMatchObject({
      api: 'langgenius/dify-api:1.16.1',
      worker: 'langgenius/dify-api:1.16.1',
      web: 'langgenius/dify-web:1.16.1',
      sandbox: 'langgenius/dify-sandbox:0.2.15',
      pluginDaemon: 'langgenius/dify-plugin-daemon:0.6.3-local',
      agentBackend: 'langgenius/dify-agent-backend:1.16.1',
      localSandbox: 'langgenius/dify-agent-local-sandbox:1.16.1',
    });
  });

  test('no tag is a moving tag', () => {
    const images = [...COMPONENTS.map((name) => componentImages('1.16.1')[name]), ...Object.values(SERVICE_IMAGES)];
    for (const { tag } of images) expect(tag).toMatch(/^\d+\.\d+/);
  });
});

describe('imageName', () => {
  test.each([
    [undefined, 'cr.weaviate.io/semitechnologies/weaviate:1.27.27'],
    ['registry.example.internal/dify', 'registry.example.internal/dify/semitechnologies/weaviate:1.27.27'],
    ['registry.example.internal/dify/', 'registry.example.internal/dify/semitechnologies/weaviate:1.27.27'],
  ])('from %s', (registry, expected) => {
    expect(imageName(SERVICE_IMAGES.weaviate, registry)).toBe(expected);
  });
});
