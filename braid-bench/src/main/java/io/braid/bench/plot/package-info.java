/// Pictures of results, as SVG files that need nothing else: no script, no font, no style sheet.
///
/// They are read on white and on dark pages, so they have no background of their own and use colours that show on both;
/// lines differ in their dashes too.
///
/// Start reading at [PercentilePlot].
package io.braid.bench.plot;
