import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.join.QueryBitSetProducer;
import org.apache.lucene.search.join.ScoreMode;
import org.apache.lucene.search.join.ToParentBlockJoinQuery;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.util.automaton.Automaton;
import org.apache.lucene.util.automaton.CharacterRunAutomaton;
import org.apache.lucene.util.automaton.Operations;
import org.apache.lucene.util.automaton.TooComplexToDeterminizeException;

/**
 * Runs Query DSL on Lucene. Lines of JSON in, one line of JSON out for each question:
 * `{"schema", "parents", "now", "folding"}` begins a new index, `{"doc"}` adds an event, `{"query"}` asks for the numbers
 * of the events that match, `{"regexp", "insensitive", "values"}` for those of matching texts, `{"families"}` for letter case.
 */
public final class Judge {
  private Mapping mapping;
  private Terms terms;
  private List<List<Document>> blocks = new ArrayList<>();
  private IndexSearcher searcher;

  public static void main(String[] arguments) throws IOException {
    BooleanQuery.setMaxClauseCount(1 << 16);
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Judge judge = new Judge();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (!line.isBlank()) {
        judge.handle(object(Json.read(line)), out);
      }
    }
    out.flush();
  }

  private void handle(Map<String, Object> line, PrintStream out) throws IOException {
    if (line.containsKey("schema")) {
      long now = Long.parseLong(line.get("now").toString());
      mapping =
          new Mapping(object(line.get("schema")), object(line.get("parents")), object(line.get("partings")), now);
      terms = new Terms(mapping, new Texts("unicode".equals(line.get("folding"))));
      blocks = new ArrayList<>();
      searcher = null;
    } else if (line.containsKey("doc")) {
      blocks.add(mapping.documents(blocks.size(), object(line.get("doc"))));
    } else if (line.containsKey("families")) {
      out.println("{\"families\":" + new ArrayList<>(Texts.families().values()) + "}");
    } else {
      String answer;
      try {
        answer = "{\"ids\":" + (line.containsKey("regexp") ? matching(line) : search(query(object(line.get("query"))))) + "}";
      } catch (IllegalArgumentException | TooComplexToDeterminizeException refused) {
        answer = "{\"error\":" + Json.quote(String.valueOf(refused.getMessage())) + "}";
      }
      out.println(answer);
    }
  }

  private static List<Integer> matching(Map<String, Object> line) {
    boolean insensitive = Boolean.TRUE.equals(line.get("insensitive"));
    Automaton language = Texts.regexp((String) line.get("regexp"), insensitive);
    List<Integer> found = new ArrayList<>();
    if (Operations.isEmpty(language)) {
      return found;
    }
    CharacterRunAutomaton automaton = new CharacterRunAutomaton(language);
    List<Object> values = list(line.get("values"));
    for (int at = 0; at < values.size(); at++) {
      if (automaton.run((String) values.get(at))) {
        found.add(at);
      }
    }
    return found;
  }

  private TreeSet<Integer> search(Query query) throws IOException {
    if (searcher == null) {
      ByteBuffersDirectory directory = new ByteBuffersDirectory();
      try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(mapping.analyzer))) {
        for (List<Document> block : blocks) {
          writer.addDocuments(block);
        }
      }
      searcher = new IndexSearcher(DirectoryReader.open(directory));
    }
    TreeSet<Integer> found = new TreeSet<>();
    for (ScoreDoc hit : searcher.search(within(Mapping.ROOT, query), Math.max(1, blocks.size())).scoreDocs) {
      found.add(searcher.doc(hit.doc).getField(Mapping.ID).numericValue().intValue());
    }
    return found;
  }

  private static Query within(String kind, Query query) {
    return new BooleanQuery.Builder().add(query, Occur.FILTER).add(kind(kind), Occur.FILTER).build();
  }

  private static Query kind(String kind) {
    return new TermQuery(new Term(Mapping.KIND, kind));
  }

  private Query query(Map<String, Object> clause) {
    String name = clause.keySet().iterator().next();
    Map<String, Object> body = object(clause.get(name));
    switch (name) {
      case "match_all":
        return Terms.all();
      case "match_none":
        return new MatchNoDocsQuery();
      case "bool":
        return bool(body);
      case "exists":
        return terms.exists((String) body.get("field"));
      case "nested":
        Query inner = within((String) body.get("path"), query(object(body.get("query"))));
        return new ToParentBlockJoinQuery(inner, new QueryBitSetProducer(kind(Mapping.ROOT)), ScoreMode.None);
      case "query_string":
        return QueryString.parse(terms, (String) body.get("query"), fields(body), isAnd(body, "default_operator"), is(body, "lenient"));
      case "multi_match":
        List<Query> found = new ArrayList<>();
        String mode = "phrase".equals(body.get("type")) ? "phrase" : isAnd(body, "operator") ? "and" : "or";
        for (String pattern : fields(body)) {
          for (String field : QueryString.expand(terms, pattern)) {
            found.add(terms.match(field, body.get("query"), mode, slop(body), is(body, "lenient")));
          }
        }
        return found.isEmpty() ? new MatchNoDocsQuery() : new DisjunctionMaxQuery(found, 0);
      default:
        String field = body.keySet().iterator().next();
        return leaf(name, field, body.get(field));
    }
  }

  private Query leaf(String name, String field, Object given) {
    Map<String, Object> options = given instanceof Map<?, ?> ? object(given) : new HashMap<>();
    if (name.equals("range")) {
      Object low = options.getOrDefault("gte", options.get("gt"));
      Object high = options.getOrDefault("lte", options.get("lt"));
      return terms.range(field, low, high, options.containsKey("gte") || low == null, options.containsKey("lte") || high == null);
    }
    if (name.equals("terms")) {
      BooleanQuery.Builder any = new BooleanQuery.Builder();
      list(given).forEach(value -> any.add(terms.term(field, value, false), Occur.SHOULD));
      return any.build();
    }
    Object value = !(given instanceof Map<?, ?>) ? given : options.getOrDefault("value", options.get("query"));
    if (value == null) {
      throw new IllegalArgumentException("[" + name + "] value cannot be null");
    }
    boolean insensitive = is(options, "case_insensitive");
    return switch (name) {
      case "term" -> terms.term(field, value, insensitive);
      case "match" -> terms.match(field, value, isAnd(options, "operator") ? "and" : "or", 0, is(options, "lenient"));
      case "match_phrase" -> terms.match(field, value, "phrase", slop(options), false);
      case "wildcard" -> terms.wildcard(field, (String) value, insensitive, false);
      case "prefix" -> terms.prefix(field, (String) value, insensitive, false);
      case "regexp" -> terms.regexp(field, (String) value, insensitive);
      default -> throw new IllegalArgumentException("unknown query [" + name + "]");
    };
  }

  private Query bool(Map<String, Object> body) {
    BooleanQuery.Builder builder = new BooleanQuery.Builder();
    boolean isOptional = body.containsKey("must") || body.containsKey("filter");
    add(builder, body.get("must"), Occur.MUST);
    add(builder, body.get("filter"), Occur.FILTER);
    add(builder, body.get("must_not"), Occur.MUST_NOT);
    add(builder, body.get("should"), Occur.SHOULD);
    Object least = body.get("minimum_should_match");
    builder.setMinimumNumberShouldMatch(least != null ? Integer.parseInt(least.toString()) : body.containsKey("should") && !isOptional ? 1 : 0);
    BooleanQuery found = builder.build();
    return found.clauses().isEmpty() ? Terms.all() : Terms.fixNegative(found);
  }

  private void add(BooleanQuery.Builder builder, Object clauses, Occur occur) {
    for (Object clause : clauses instanceof List<?> ? list(clauses) : clauses == null ? List.of() : List.of(clauses)) {
      builder.add(query(object(clause)), occur);
    }
  }

  private static List<String> fields(Map<String, Object> body) {
    List<String> found = new ArrayList<>();
    list(body.getOrDefault("fields", List.of("*"))).forEach(field -> found.add((String) field));
    return found;
  }

  private static int slop(Map<String, Object> body) {
    return Integer.parseInt(body.getOrDefault("slop", 0).toString());
  }

  private static boolean isAnd(Map<String, Object> body, String key) {
    return "and".equalsIgnoreCase((String) body.get(key));
  }

  private static boolean is(Map<String, Object> body, String key) {
    return Boolean.TRUE.equals(body.get(key));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Object value) {
    return (Map<String, Object>) value;
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(Object value) {
    return (List<Object>) value;
  }
}
