import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.DelegatingAnalyzerWrapper;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.pattern.PatternTokenizer;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.DoublePoint;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.InetAddressPoint;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;

/** Field types of an index, how values are indexed under them, and how texts of a query are analyzed. */
final class Mapping {
  static final String NAMES = "_field_names";
  static final String KIND = "_kind";
  static final String ROOT = "root";
  static final String ID = "_id";
  private static final Pattern IPV4 =
      Pattern.compile("(0|[1-9]\\d{0,2})\\.(0|[1-9]\\d{0,2})\\.(0|[1-9]\\d{0,2})\\.(0|[1-9]\\d{0,2})");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");
  private static final Analyzer KEYWORD = new KeywordAnalyzer();

  private static final Analyzer LOWER_CASED =
      new Analyzer() {
        @Override
        protected TokenStreamComponents createComponents(String field) {
          Tokenizer source = new KeywordTokenizer();
          return new TokenStreamComponents(source, new LowerCaseFilter(source));
        }

        @Override
        protected TokenStream normalize(String field, TokenStream in) {
          return new LowerCaseFilter(in);
        }
      };

  /**
   * Elasticsearch's analyzers `standard`, and `pattern` for fields with an expression of what parts words: no stop words,
   * and values of one field 100 places apart.
   */
  private final Analyzer words =
      new Analyzer(Analyzer.PER_FIELD_REUSE_STRATEGY) {
        @Override
        protected TokenStreamComponents createComponents(String field) {
          Tokenizer source =
              partings.containsKey(field)
                  ? new PatternTokenizer(Pattern.compile((String) partings.get(field)), -1)
                  : new StandardTokenizer();
          return new TokenStreamComponents(source, new LowerCaseFilter(source));
        }

        @Override
        protected TokenStream normalize(String field, TokenStream in) {
          return new LowerCaseFilter(in);
        }

        @Override
        public int getPositionIncrementGap(String field) {
          return 100;
        }
      };

  final Map<String, Object> types;
  final long now;
  private final Map<String, Object> parents;
  private final Map<String, Object> partings;
  final Analyzer analyzer =
      new DelegatingAnalyzerWrapper(Analyzer.PER_FIELD_REUSE_STRATEGY) {
        @Override
        protected Analyzer getWrappedAnalyzer(String field) {
          return switch (type(field)) {
            case "text" -> words;
            case "lower" -> LOWER_CASED;
            default -> KEYWORD;
          };
        }
      };

  /**
   * `parents` names, for each multi-field, the field whose values it holds, too; `partings` has the expression of each
   * field of full text whose words are parted by one.
   */
  Mapping(Map<String, Object> types, Map<String, Object> parents, Map<String, Object> partings, long now) {
    this.types = types;
    this.parents = parents;
    this.partings = partings;
    this.now = now;
  }

  String type(String field) {
    return (String) types.getOrDefault(field, "keyword");
  }

  boolean isText(String field) {
    return List.of("keyword", "lower", "text").contains(type(field));
  }

  /** The documents of an event: one for each object of a nested field, the event itself last. */
  List<Document> documents(int id, Map<String, Object> event) {
    List<Document> found = new ArrayList<>();
    Document root = new Document();
    root.add(new StringField(KIND, ROOT, Field.Store.NO));
    root.add(new StoredField(ID, id));
    index("", event, root, found);
    found.add(root);
    return found;
  }

  @SuppressWarnings("unchecked")
  private void index(String path, Object value, Document document, List<Document> others) {
    if (value instanceof Map<?, ?> object) {
      Document target = document;
      if (type(path).equals("nested")) {
        target = new Document();
        target.add(new StringField(KIND, path, Field.Store.NO));
        others.add(target);
      }
      for (Map.Entry<String, Object> entry : ((Map<String, Object>) object).entrySet()) {
        index(path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(), entry.getValue(), target, others);
      }
    } else if (value instanceof List<?> list) {
      list.forEach(item -> index(path, item, document, others));
    } else if (value != null) {
      add(path, value, document);
      parents.forEach((child, parent) -> {
        if (parent.equals(path)) {
          add(child, value, document);
        }
      });
    }
  }

  private void add(String field, Object value, Document document) {
    String text = value.toString();
    try {
      switch (type(field)) {
        case "text", "lower" -> document.add(new TextField(field, text, Field.Store.NO));
        case "long" -> document.add(new LongPoint(field, whole(text)));
        case "double" -> document.add(new DoublePoint(field, number(text)));
        case "boolean" -> document.add(new StringField(field, text.isEmpty() ? "false" : truth(text), Field.Store.NO));
        case "date" -> document.add(new LongPoint(field, Moments.date(text, false)));
        case "ip" -> document.add(new InetAddressPoint(field, address(text)));
        default -> document.add(new StringField(field, text, Field.Store.NO));
      }
    } catch (IllegalArgumentException malformed) {
      return;
    }
    Set<String> names = new LinkedHashSet<>();
    for (int end = field.length(); end > 0; end = field.lastIndexOf('.', end - 1)) {
      names.add(field.substring(0, end));
    }
    names.forEach(name -> document.add(new StringField(NAMES, name, Field.Store.NO)));
  }

  static double number(String text) {
    return new BigDecimal(text).doubleValue();
  }

  private static long whole(String text) {
    try {
      return new BigDecimal(text).toBigInteger().longValueExact();
    } catch (ArithmeticException beyond) {
      throw new IllegalArgumentException("Value [" + text + "] is out of range for a long", beyond);
    }
  }

  static String truth(String text) {
    if (text.equals("true") || text.equals("false")) {
      return text;
    }
    throw new IllegalArgumentException("Can't parse boolean value [" + text + "]");
  }

  static InetAddress address(String text) {
    boolean is4 = IPV4.matcher(text).matches();
    if (!is4 && !IPV6.matcher(text).matches()) {
      throw new IllegalArgumentException("'" + text + "' is not an IP string literal.");
    }
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException error) {
      throw new IllegalArgumentException("'" + text + "' is not an IP string literal.", error);
    }
  }
}
