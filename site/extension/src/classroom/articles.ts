/** A notebook calls itself a feed; a feed is made of articles, which its cells do not say they are. */

/** Says it for the cells that are there and for those to come, until the result is called. */
export function nameArticles(viewport: Element): () => void {
  const name = (nodes: Iterable<Node>): void => {
    for (const node of nodes) {
      if (node instanceof Element && node.classList.contains('jp-Cell')) {
        node.setAttribute('role', 'article');
      }
    }
  };
  name(viewport.children);
  const observer = new MutationObserver(records => records.forEach(record => name(record.addedNodes)));
  observer.observe(viewport, { childList: true });
  return () => observer.disconnect();
}
