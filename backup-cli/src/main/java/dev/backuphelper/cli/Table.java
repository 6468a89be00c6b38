package dev.backuphelper.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows of text in aligned columns. Used by one thread. */
final class Table {
  private static final String GAP = "  ";

  private final List<String[]> rows = new ArrayList<>();
  private final int[] widths;

  /** Creates a table with a line of headings. */
  Table(String... headings) {
    widths = new int[headings.length];
    row(headings);
  }

  /** Adds a row with a cell for each heading. */
  void row(String... cells) {
    for (int column = 0; column < cells.length; column++) {
      widths[column] = Math.max(widths[column], width(cells[column]));
    }
    rows.add(cells.clone());
  }

  /** Returns the lines, without spaces at their ends. */
  List<String> lines() {
    return rows.stream().map(this::line).toList();
  }

  private String line(String[] row) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < row.length; column++) {
      line.append(row[column]);
      line.append(" ".repeat(widths[column] - width(row[column]))).append(GAP);
    }
    return line.toString().stripTrailing();
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
