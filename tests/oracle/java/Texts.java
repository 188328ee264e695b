import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.util.automaton.Automata;
import org.apache.lucene.util.automaton.Automaton;
import org.apache.lucene.util.automaton.Operations;
import org.apache.lucene.util.automaton.RegExp;

/** Automata of texts that ignore letter case: ASCII letters (Elasticsearch 7 and 8) or simple pairs (Lucene 10). */
final class Texts {
  private static final int STATES = 10_000;
  private static final int LAST = 0x1FFFF;

  private final boolean unicode;

  Texts(boolean unicode) {
    this.unicode = unicode;
  }

  /** Code points that simple case mapping puts together. `İ` and `ı` stand apart: only one way of theirs is mapped. */
  static Map<Integer, List<Integer>> families() {
    Map<Integer, List<Integer>> found = new TreeMap<>();
    for (int code = 0; code <= LAST; code++) {
      if (code != 0x130 && code != 0x131) {
        found.computeIfAbsent(Character.toLowerCase(Character.toUpperCase(code)), key -> new ArrayList<>()).add(code);
      }
    }
    found.values().removeIf(family -> family.size() == 1);
    return found;
  }

  private static final Map<Integer, List<Integer>> FAMILY_OF = new HashMap<>();

  static {
    families().values().forEach(family -> family.forEach(code -> FAMILY_OF.put(code, family)));
    FAMILY_OF.put(0x130, List.of(0x130, (int) 'i'));
    FAMILY_OF.put(0x131, List.of(0x131, (int) 'I'));
  }

  private Automaton character(int code) {
    List<Integer> family = unicode || code < 0x80 ? FAMILY_OF.getOrDefault(code, List.of(code)) : List.of(code);
    Automaton found = new Automaton();
    int start = found.createState();
    int end = found.createState();
    found.setAccept(end, true);
    for (int member : family) {
      if (unicode || member < 0x80 || member == code) {
        found.addTransition(start, end, member);
      }
    }
    found.finishState();
    return found;
  }

  Automaton equal(String text) {
    List<Automaton> parts = new ArrayList<>();
    text.codePoints().forEach(code -> parts.add(character(code)));
    return whole(parts);
  }

  Automaton prefix(String text) {
    List<Automaton> parts = new ArrayList<>();
    text.codePoints().forEach(code -> parts.add(character(code)));
    parts.add(Automata.makeAnyString());
    return whole(parts);
  }

  /** As Elasticsearch builds it: an escaped character stands for itself, letter case included. */
  Automaton wildcard(String pattern) {
    List<Automaton> parts = new ArrayList<>();
    int[] codes = pattern.codePoints().toArray();
    for (int at = 0; at < codes.length; at++) {
      switch (codes[at]) {
        case '*' -> parts.add(Automata.makeAnyString());
        case '?' -> parts.add(Automata.makeAnyChar());
        case '\\' -> parts.add(at + 1 < codes.length ? Automata.makeChar(codes[++at]) : character('\\'));
        default -> parts.add(character(codes[at]));
      }
    }
    return whole(parts);
  }

  private static Automaton whole(List<Automaton> parts) {
    return Operations.determinize(Operations.concatenate(parts), STATES);
  }

  static Automaton regexp(String pattern, boolean insensitive) {
    return new RegExp(pattern, RegExp.ALL, insensitive ? RegExp.ASCII_CASE_INSENSITIVE : 0).toAutomaton(STATES);
  }
}
