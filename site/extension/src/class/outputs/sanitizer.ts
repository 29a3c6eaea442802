/**
 * HTML that somebody else's run put out: JupyterLab's sanitizer, and then what that one lets through but a class should not:
 * names that the page's own styles and commands listen to, forms, things that lie over others, addresses elsewhere.
 */
import type { IRenderMime } from '@jupyterlab/rendermime';

/** Elements taken out with all that is in them. */
const OUT =
  'script,style,link,meta,base,title,iframe,frame,object,embed,applet,template,noscript,svg,math,canvas,audio,video,source,track,map,area,dialog,portal';
/** Elements whose content stays without them. */
const UNWRAPPED =
  'form,button,input,select,option,optgroup,textarea,fieldset,legend,label,command,datalist,output,menu,slot';
const ATTRIBUTES: ReadonlySet<string> = new Set(
  'align,alt,border,cellpadding,cellspacing,cite,color,colspan,datetime,dir,face,height,high,lang,low,max,min,open,optimum,reversed,rowspan,scope,size,span,start,style,title,valign,value,width'.split(
    ','
  )
);
/** What pandas calls its tables; JupyterLab draws every table well without. */
const CLASSES: ReadonlySet<string> = new Set(['dataframe']);
/** Not what takes an element out of its place, or asks another server for something. */
const STYLES =
  /^(-webkit-|position$|inset|top$|left$|right$|bottom$|z-index$|transform|translate$|scale$|rotate$|animation|transition|filter|mask|clip|content$|cursor$|pointer-events$|contain|will-change|offset|perspective|view-transition|anchor|--)/;
/** Elements; more are not drawn. */
const MOST_ELEMENTS = 20_000;
/** How deep: a browser draws ten thousand elements in each other slowly or not at all. */
const DEEPEST = 100;

export class StrangersSanitizer implements IRenderMime.ISanitizer {
  constructor(private readonly upstream: IRenderMime.ISanitizer) {}

  readonly allowNamedProperties = false;
  readonly allowCommandLinker = false;

  getAutolink(): boolean {
    return this.upstream.getAutolink?.() ?? true;
  }

  sanitize(dirty: string, options?: IRenderMime.ISanitizerOptions): string {
    return cleaned(this.upstream.sanitize(dirty, options));
  }
}

/** `html` with what is harmless, by lists of what is allowed. */
export function cleaned(html: string): string {
  // A document of its own, which runs and fetches nothing.
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  body.querySelectorAll(OUT).forEach(element => element.remove());
  body.querySelectorAll(UNWRAPPED).forEach(element => element.replaceWith(...element.childNodes));
  const all = [...body.querySelectorAll('*')];
  all.slice(MOST_ELEMENTS).forEach(element => element.remove());
  const depths = new Map<Element, number>([[body, 0]]);
  for (const element of all.slice(0, MOST_ELEMENTS)) {
    const depth = (depths.get(element.parentElement!) ?? DEEPEST) + 1;
    depths.set(element, depth);
    if (depth > DEEPEST) {
      element.remove();
    } else {
      clean(element as HTMLElement);
    }
  }
  return body.innerHTML;
}

function clean(element: HTMLElement): void {
  const href = element.tagName === 'A' ? webAddress(element.getAttribute('href')) : null;
  const source = element.tagName === 'IMG' ? element.getAttribute('src') : null;
  const classes = [...element.classList].filter(name => CLASSES.has(name));
  for (const { name } of [...element.attributes]) {
    if (!ATTRIBUTES.has(name)) {
      element.removeAttribute(name);
    }
  }
  if (element.hasAttribute('style')) {
    const { style } = element;
    Array.from({ length: style.length }, (_, index) => style.item(index))
      .filter(name => STYLES.test(name) || /url\(|image-set\(|expression/i.test(style.getPropertyValue(name)))
      .forEach(name => style.removeProperty(name));
  }
  if (classes.length > 0) {
    element.className = classes.join(' ');
  }
  if (href) {
    element.setAttribute('href', href);
    element.setAttribute('target', '_blank');
    element.setAttribute('rel', 'noopener noreferrer nofollow');
  }
  if (source !== null && /^data:image\/(png|jpeg|gif|webp|bmp|svg\+xml)[;,]/i.test(source)) {
    element.setAttribute('src', source);
  }
}

/** An address on the web, written out; null for any other, and for places in this page. */
function webAddress(href: string | null): string | null {
  try {
    const address = new URL(href ?? '');
    return ['http:', 'https:', 'mailto:'].includes(address.protocol) ? address.href : null;
  } catch {
    return null;
  }
}
