import java.net.InetAddress;
import java.util.Map;
import org.apache.lucene.document.DoublePoint;
import org.apache.lucene.document.InetAddressPoint;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.AutomatonQuery;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TermRangeQuery;
import org.apache.lucene.search.WildcardQuery;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.QueryBuilder;

/** Queries of one field, as the field types of Elasticsearch make them. */
final class Terms {
  final Mapping mapping;
  private final Texts texts;

  Terms(Mapping mapping, Texts texts) {
    this.mapping = mapping;
    this.texts = texts;
  }

  Query exists(String field) {
    if (field.contains("*")) {
      return new WildcardQuery(new Term(Mapping.NAMES, field));
    }
    return new TermQuery(new Term(Mapping.NAMES, field));
  }

  Query term(String field, Object value, boolean insensitive) {
    String text = value.toString();
    switch (mapping.type(field)) {
      case "long":
        double number = Mapping.number(text);
        return number % 1 == 0 ? LongPoint.newExactQuery(field, (long) number) : new MatchNoDocsQuery();
      case "double":
        return DoublePoint.newExactQuery(field, Mapping.number(text));
      case "boolean":
        return new TermQuery(new Term(field, Mapping.truth(text)));
      case "date":
        return range(field, value, value, true, true);
      case "ip":
        int slash = text.indexOf('/');
        if (slash < 0) {
          return InetAddressPoint.newExactQuery(field, Mapping.address(text));
        }
        return InetAddressPoint.newPrefixQuery(field, Mapping.address(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
      case "text":
        return insensitive ? automaton(field, texts.equal(text)) : new TermQuery(new Term(field, text));
      default:
        Term term = new Term(field, normalized(field, text));
        return insensitive ? automaton(field, texts.equal(term.text())) : new TermQuery(term);
    }
  }

  /** `match`, `match_phrase`; `mode` is or, and, phrase, `slop` how far the words of a phrase may stand apart. */
  Query match(String field, Object value, String mode, int slop, boolean lenient) {
    if (!mapping.type(field).equals("text")) {
      return lenient(lenient, () -> term(field, value, false));
    }
    QueryBuilder builder = new QueryBuilder(mapping.analyzer);
    String text = value.toString();
    Query found =
        mode.equals("phrase")
            ? builder.createPhraseQuery(field, text, slop)
            : builder.createBooleanQuery(field, text, mode.equals("and") ? Occur.MUST : Occur.SHOULD);
    return found == null ? new MatchNoDocsQuery() : found;
  }

  static Query lenient(boolean lenient, java.util.function.Supplier<Query> query) {
    try {
      return query.get();
    } catch (IllegalArgumentException refused) {
      if (lenient) {
        return new MatchNoDocsQuery();
      }
      throw refused;
    }
  }

  Query wildcard(String field, String pattern, boolean insensitive, boolean analyzed) {
    refuseNumbers(field, "wildcard");
    String text = analyzed || mapping.type(field).equals("lower") ? normalizedPattern(field, pattern) : pattern;
    return insensitive ? automaton(field, texts.wildcard(text)) : new WildcardQuery(new Term(field, text));
  }

  Query prefix(String field, String text, boolean insensitive, boolean analyzed) {
    refuseNumbers(field, "prefix");
    String start = analyzed || mapping.type(field).equals("lower") ? normalized(field, text) : text;
    return insensitive ? automaton(field, texts.prefix(start)) : new PrefixQuery(new Term(field, start));
  }

  Query regexp(String field, String pattern, boolean insensitive) {
    refuseNumbers(field, "regexp");
    String text = mapping.type(field).equals("lower") ? normalized(field, pattern) : pattern;
    return automaton(field, Texts.regexp(text, insensitive));
  }

  private static Query automaton(String field, org.apache.lucene.util.automaton.Automaton automaton) {
    return new AutomatonQuery(new Term(field, ""), automaton);
  }

  private void refuseNumbers(String field, String kind) {
    if (!mapping.isText(field)) {
      throw new IllegalArgumentException("Can only use " + kind + " queries on keyword, text and wildcard fields");
    }
  }

  String normalized(String field, String text) {
    return mapping.analyzer.normalize(field, text).utf8ToString();
  }

  private String normalizedPattern(String field, String pattern) {
    StringBuilder out = new StringBuilder();
    java.util.regex.Matcher signs = java.util.regex.Pattern.compile("\\\\.|[?*]+").matcher(pattern);
    int last = 0;
    for (; signs.find(); last = signs.end()) {
      out.append(normalized(field, pattern.substring(last, signs.start()))).append(signs.group());
    }
    return out.append(normalized(field, pattern.substring(last))).toString();
  }

  /** A range without bounds asks for presence. */
  Query range(String field, Object low, Object high, boolean includeLow, boolean includeHigh) {
    if (low == null && high == null) {
      return exists(field);
    }
    switch (mapping.type(field)) {
      case "long":
        return longs(field, low, high, includeLow, includeHigh);
      case "double":
        double from = low == null ? Double.NEGATIVE_INFINITY : Mapping.number(low.toString());
        double to = high == null ? Double.POSITIVE_INFINITY : Mapping.number(high.toString());
        return DoublePoint.newRangeQuery(
            field, includeLow || low == null ? from : DoublePoint.nextUp(from), includeHigh || high == null ? to : DoublePoint.nextDown(to));
      case "date":
        long first = low == null ? Long.MIN_VALUE : Moments.parse(low.toString(), !includeLow, mapping.now) + (includeLow ? 0 : 1);
        long last = high == null ? Long.MAX_VALUE : Moments.parse(high.toString(), includeHigh, mapping.now) - (includeHigh ? 0 : 1);
        return LongPoint.newRangeQuery(field, first, last);
      case "ip":
        InetAddress start = low == null ? InetAddressPoint.MIN_VALUE : Mapping.address(low.toString());
        InetAddress end = high == null ? InetAddressPoint.MAX_VALUE : Mapping.address(high.toString());
        try {
          start = includeLow || low == null ? start : InetAddressPoint.nextUp(start);
          end = includeHigh || high == null ? end : InetAddressPoint.nextDown(end);
        } catch (ArithmeticException beyond) {
          return new MatchNoDocsQuery();
        }
        return InetAddressPoint.newRangeQuery(field, start, end);
      default:
        return new TermRangeQuery(field, bytes(field, low), bytes(field, high), includeLow, includeHigh);
    }
  }

  private BytesRef bytes(String field, Object bound) {
    if (bound == null) {
      return null;
    }
    String text = bound.toString();
    return new BytesRef(
        switch (mapping.type(field)) {
          case "boolean" -> Mapping.truth(text);
          case "lower" -> normalized(field, text);
          default -> text;
        });
  }

  private static Query longs(String field, Object low, Object high, boolean includeLow, boolean includeHigh) {
    double from = low == null ? Long.MIN_VALUE : Mapping.number(low.toString());
    double to = high == null ? Long.MAX_VALUE : Mapping.number(high.toString());
    long first = low == null ? Long.MIN_VALUE : (long) Math.ceil(from);
    long last = high == null ? Long.MAX_VALUE : (long) Math.floor(to);
    first += low != null && !includeLow && from % 1 == 0 ? 1 : 0;
    last -= high != null && !includeHigh && to % 1 == 0 ? 1 : 0;
    return LongPoint.newRangeQuery(field, first, last);
  }

  static Query all() {
    return new MatchAllDocsQuery();
  }

  /** What a Boolean query with nothing but exclusions means in Elasticsearch: all documents but these. */
  static Query fixNegative(Query query) {
    if (!(query instanceof BooleanQuery bool) || bool.clauses().isEmpty()) {
      return query;
    }
    if (bool.clauses().stream().anyMatch(clause -> clause.getOccur() != Occur.MUST_NOT)) {
      return query;
    }
    BooleanQuery.Builder fixed = new BooleanQuery.Builder();
    bool.clauses().forEach(fixed::add);
    return fixed.add(all(), Occur.FILTER).build();
  }

  Map<String, Object> types() {
    return mapping.types;
  }
}
