/** Where the panel stands: beside the notebook where that is the whole page, in the lab among its panels at the right. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MessageLoop } from '@lumino/messaging';
import { Panel, Widget } from '@lumino/widgets';

export interface IDock {
  /** Resolves when the panel is in the page, folded. */
  readonly ready: Promise<void>;
  show(): void;
  hide(): void;
}

/** The lab's shell, as far as it is used here. */
interface ILabShell {
  activateById(id: string): void;
  collapseRight(): void;
}

export function dockFor(front: JupyterFrontEnd, panel: Widget): IDock {
  const { shell } = front;
  return 'collapseRight' in shell && !('leftHandler' in shell)
    ? new LabDock(front, shell as unknown as ILabShell, panel)
    : new PageDock(front, panel);
}

/** Rank among the lab's panels at the right: before the property inspector (600) and the debugger. */
const LAB_RANK = 100;

class LabDock implements IDock {
  constructor(
    front: JupyterFrontEnd,
    private readonly shell: ILabShell,
    private readonly panel: Widget
  ) {
    front.shell.add(panel, 'right', { rank: LAB_RANK });
    // Before that the lab puts its panels back as they were.
    this.ready = front.restored;
  }

  readonly ready: Promise<void>;

  show(): void {
    this.shell.activateById(this.panel.id);
  }

  hide(): void {
    this.shell.collapseRight();
  }
}

/** Marks the area that the notebook shares with the panel. */
const BESIDE = 'pb-mod-beside';

/**
 * Notebook's own panels at the side take the whole height, the bar's too, and a share of the width that fits no phone:
 * the panel stands in the area of the notebook instead, and the style sheet says where.
 */
class PageDock implements IDock {
  constructor(
    front: JupyterFrontEnd,
    private readonly panel: Widget
  ) {
    panel.hide();
    // The area takes one widget: the notebook comes first.
    this.ready = front.restored.then(() => {
      const area = front.shell.currentWidget?.parent;
      if (area instanceof Panel && !panel.isDisposed) {
        this.area = area;
        area.addClass('pb-ClassArea');
        area.addWidget(panel);
      }
    });
  }

  readonly ready: Promise<void>;
  private area: Panel | null = null;

  show(): void {
    this.panel.show();
    this.fit();
  }

  hide(): void {
    this.panel.hide();
    this.fit();
  }

  /** The notebook's width is another one: its toolbar and its editors measure anew. */
  private fit(): void {
    this.area?.toggleClass(BESIDE, !this.panel.isHidden);
    if (this.area?.isVisible) {
      MessageLoop.sendMessage(this.area, Widget.ResizeMessage.UnknownSize);
    }
  }
}
