import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.lucene.queryparser.classic.ParseException;
import org.apache.lucene.queryparser.classic.QueryParser;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;

/** `query_string`: Lucene's classic parser, its terms made by field type. Without a field all fields are searched. */
final class QueryString extends QueryParser {
  private final Terms terms;
  private final List<String> fields;
  private final boolean lenient;

  private QueryString(Terms terms, List<String> fields, boolean lenient) {
    super(fields.size() == 1 ? fields.get(0) : "*", terms.mapping.analyzer);
    this.terms = terms;
    this.fields = fields;
    this.lenient = lenient;
    setAllowLeadingWildcard(true);
  }

  static Query parse(Terms terms, String text, List<String> fields, boolean isAnd, boolean lenient) {
    if (text.isBlank()) {
      return new MatchNoDocsQuery();
    }
    QueryString parser = new QueryString(terms, fields, lenient || fields.contains("*"));
    parser.setDefaultOperator(isAnd ? Operator.AND : Operator.OR);
    try {
      return parser.parse(text);
    } catch (ParseException error) {
      throw new IllegalArgumentException("Failed to parse query [" + text + "]", error);
    }
  }

  /** The fields of the index that a name or pattern stands for. */
  static List<String> expand(Terms terms, String name) {
    if (!name.contains("*")) {
      return List.of(name);
    }
    Pattern pattern = Pattern.compile(name.replace(".", "\\.").replace("*", ".*"));
    return terms.types().keySet().stream()
        .filter(field -> pattern.matcher(field).matches() && !terms.mapping.type(field).equals("nested"))
        .collect(Collectors.toList());
  }

  private Query each(String field, Function<String, Query> query) {
    List<String> names = field.equals("*") ? fields : List.of(field);
    List<Query> found =
        names.stream()
            .flatMap(name -> expand(terms, name).stream())
            .map(name -> Terms.lenient(lenient || field.contains("*"), () -> query.apply(name)))
            .collect(Collectors.toList());
    return found.size() == 1 ? found.get(0) : found.isEmpty() ? new MatchNoDocsQuery() : new DisjunctionMaxQuery(found, 0);
  }

  @Override
  protected Query getFieldQuery(String field, String text, boolean quoted) {
    if (field.equals("_exists_")) {
      return terms.exists(text);
    }
    if (!quoted && !field.equals("*") && text.length() > 1 && "<>".indexOf(text.charAt(0)) >= 0) {
      boolean included = text.length() > 2 && text.charAt(1) == '=';
      String bound = text.substring(included ? 2 : 1);
      boolean isLow = text.charAt(0) == '>';
      return getRangeQuery(field, isLow ? bound : null, isLow ? null : bound, !isLow || included, isLow || included);
    }
    return each(field, name -> terms.match(name, text, getDefaultOperator() == Operator.AND ? "and" : "or", 0, false));
  }

  @Override
  protected Query getFieldQuery(String field, String text, int slop) {
    if (field.equals("_exists_")) {
      return terms.exists(text);
    }
    return each(field, name -> terms.match(name, text, "phrase", slop, false));
  }

  @Override
  protected Query getRangeQuery(String field, String low, String high, boolean includeLow, boolean includeHigh) {
    return each(field, name -> terms.range(name, bound(name, low), bound(name, high), includeLow, includeHigh));
  }

  private String bound(String field, String text) {
    return text == null || text.equals("*") ? null : terms.normalized(field, text);
  }

  @Override
  protected Query getPrefixQuery(String field, String start) {
    return each(field, name -> terms.prefix(name, start, false, true));
  }

  @Override
  protected Query getWildcardQuery(String field, String pattern) {
    if (pattern.equals("*")) {
      return field.equals("*") ? Terms.all() : terms.exists(field);
    }
    return each(field, name -> terms.wildcard(name, pattern, false, true));
  }

  @Override
  protected Query getRegexpQuery(String field, String pattern) {
    return each(field, name -> terms.regexp(name, pattern, false));
  }

  @Override
  protected Query getFuzzyQuery(String field, String text, float similarity) {
    throw new IllegalArgumentException("fuzzy queries are not simulated");
  }

  @Override
  protected Query getBooleanQuery(List<BooleanClause> clauses) throws ParseException {
    return Terms.fixNegative(super.getBooleanQuery(clauses));
  }
}
