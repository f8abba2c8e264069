package io.braid.server.cli;

import java.io.PrintWriter;
import java.util.List;

/// Rows in columns as wide as their widest cell; the last column is as long as it likes.
final class Table {
    private Table() {}

    static void print(PrintWriter out, List<String> header, List<List<String>> rows) {
        int[] widths = new int[header.size()];
        for (int column = 0; column < widths.length; column++) {
            widths[column] = header.get(column).length();
            for (var row : rows)
                widths[column] = Math.max(widths[column], row.get(column).length());
        }
        out.println(line(header, widths));
        for (var row : rows) out.println(line(row, widths));
    }

    private static String line(List<String> cells, int[] widths) {
        var line = new StringBuilder();
        for (int column = 0; column < cells.size(); column++) {
            line.append(cells.get(column));
            if (column < cells.size() - 1) {
                line.repeat(' ', widths[column] - cells.get(column).length() + 2);
            }
        }
        return line.toString().stripTrailing();
    }
}
