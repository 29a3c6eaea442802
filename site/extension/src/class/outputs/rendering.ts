/** How somebody else's outputs are drawn: JupyterLab's renderers that are safe, a sanitizer of our own, and no other. */
import {
  errorRendererFactory,
  htmlRendererFactory,
  imageRendererFactory,
  type IRenderMime,
  type IRenderMimeRegistry,
  latexRendererFactory,
  markdownRendererFactory,
  RenderedImage,
  RenderMimeRegistry,
  textRendererFactory
} from '@jupyterlab/rendermime';
import { StrangersSanitizer } from './sanitizer';

/** A drawing as a picture: `showable` has made it base64. */
const drawingFactory: IRenderMime.IRendererFactory = {
  safe: true,
  mimeTypes: ['image/svg+xml'],
  defaultRank: 80,
  createRenderer: options => new RenderedImage(options)
};

/** Extensions add renderers to the notebook's own registry; to this one nobody does. */
export function strangersRenderers(own: IRenderMimeRegistry): RenderMimeRegistry {
  const { latexTypesetter, markdownParser } = own;
  return new RenderMimeRegistry({
    initialFactories: [
      htmlRendererFactory,
      markdownRendererFactory,
      latexRendererFactory,
      drawingFactory,
      imageRendererFactory,
      errorRendererFactory,
      textRendererFactory
    ],
    sanitizer: new StrangersSanitizer(own.sanitizer),
    ...(latexTypesetter ? { latexTypesetter } : {}),
    ...(markdownParser ? { markdownParser } : {})
  });
}
