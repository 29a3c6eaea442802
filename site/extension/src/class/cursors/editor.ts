/**
 * Others' cursors in one editor of CodeMirror. They are drawn in layers over and under the text, so they take no room in it:
 * no line gets longer, no word moves.
 */
import { EditorSelection, type Extension } from '@codemirror/state';
import { type EditorView, layer, type LayerMarker, RectangleMarker } from '@codemirror/view';
import { caretsField, type IEditorPlace, type IFound, isDifferent, placeOf } from './carets';
import { flags } from './flags';
import type { ICaret } from './others';

/** What an editor needs to show others. */
export function showOthers(place: IEditorPlace): Extension {
  const draw =
    (markers: (view: EditorView, caret: ICaret, found: IFound) => readonly LayerMarker[]) =>
    (view: EditorView): readonly LayerMarker[] =>
      view.state.field(caretsField).flatMap(caret => {
        const found = placeOf(place, caret, view.state.doc.length);
        return found ? markers(view, caret, found) : [];
      });
  return [
    caretsField,
    layer({
      above: false,
      class: 'pb-Selections',
      update: isDifferent,
      markers: draw((view, { colour }, { anchor, head }) =>
        anchor === head
          ? []
          : RectangleMarker.forRange(
              view,
              `pb-Selection pb-mod-person${colour}`,
              EditorSelection.range(anchor, head)
            )
      )
    }),
    layer({
      above: true,
      class: 'pb-Carets',
      update: isDifferent,
      markers: draw((view, { colour }, { head }) =>
        RectangleMarker.forRange(view, `pb-Caret pb-mod-person${colour}`, EditorSelection.cursor(head))
      )
    }),
    flags(place)
  ];
}
