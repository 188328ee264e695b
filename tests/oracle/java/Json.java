import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads one JSON value: Map, List, String, Boolean, null, or Num (a number as it is written). */
final class Json {
  /** A number with its spelling, which is what a keyword field keeps of it. */
  record Num(String text) {
    @Override
    public String toString() {
      return text;
    }
  }

  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  static Object read(String text) {
    return new Json(text).value();
  }

  private char next() {
    while (Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return text.charAt(at);
  }

  private Object value() {
    switch (next()) {
      case '{':
        return object();
      case '[':
        return array();
      case '"':
        return string();
      default:
        int start = at;
        while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
          at++;
        }
        String word = text.substring(start, at);
        return switch (word) {
          case "null" -> null;
          case "true" -> Boolean.TRUE;
          case "false" -> Boolean.FALSE;
          default -> new Num(word);
        };
    }
  }

  private Map<String, Object> object() {
    Map<String, Object> found = new LinkedHashMap<>();
    at++;
    while (next() != '}') {
      String key = string();
      next();
      at++; // the colon
      found.put(key, value());
      if (next() == ',') {
        at++;
      }
    }
    at++;
    return found;
  }

  private List<Object> array() {
    List<Object> found = new ArrayList<>();
    at++;
    while (next() != ']') {
      found.add(value());
      if (next() == ',') {
        at++;
      }
    }
    at++;
    return found;
  }

  private String string() {
    next();
    StringBuilder found = new StringBuilder();
    for (at++; text.charAt(at) != '"'; at++) {
      char character = text.charAt(at);
      if (character != '\\') {
        found.append(character);
        continue;
      }
      character = text.charAt(++at);
      int plain = "bfnrt".indexOf(character);
      if (character == 'u') {
        found.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
        at += 4;
      } else {
        found.append(plain < 0 ? character : "\b\f\n\r\t".charAt(plain));
      }
    }
    at++;
    return found.toString();
  }

  static String quote(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char character : text.toCharArray()) {
      if (character < 0x20 || character == '"' || character == '\\' || character > 0x7e) {
        out.append(String.format("\\u%04x", (int) character));
      } else {
        out.append(character);
      }
    }
    return out.append('"').toString();
  }
}
