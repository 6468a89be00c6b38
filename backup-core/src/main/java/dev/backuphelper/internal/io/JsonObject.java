package dev.backuphelper.internal.io;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object read with care: each getter names the key that is missing or of the wrong type. The
 * only class of the library that knows the JSON library. Immutable.
 */
public final class JsonObject {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  // Lines end with LF on every system: the bytes of a document are hashed.
  private static final ObjectWriter WRITER =
      MAPPER.writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

  private final Map<String, Object> values;

  private JsonObject(Map<String, Object> values) {
    this.values = values;
  }

  /** Parses a document that is one JSON object. */
  public static JsonObject parse(byte[] document) throws MalformedDocumentException {
    try (JsonParser parser = MAPPER.createParser(document)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedDocumentException("not a JSON object", null);
      }
      JsonObject object = new JsonObject(readObject(parser));
      if (parser.nextToken() != null) {
        throw new MalformedDocumentException("something follows the JSON object", null);
      }
      return object;
    } catch (JsonProcessingException malformed) {
      throw new MalformedDocumentException(
          "not a JSON object: " + malformed.getOriginalMessage(), malformed);
    } catch (MalformedDocumentException known) {
      throw known;
    } catch (IOException unreadable) {
      throw new MalformedDocumentException("not a JSON object", unreadable);
    }
  }

  // By tokens rather than by data binding, which takes twice as long: a listing reads thousands.
  // The parser itself bounds the depth.
  private static Map<String, Object> readObject(JsonParser parser) throws IOException {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      int known = values.size();
      values.put(key, readValue(parser));
      // Two readers might each believe another of the two.
      if (values.size() == known) {
        throw new MalformedDocumentException(key + " is there twice", null);
      }
    }
    return cast(values);
  }

  private static @Nullable Object readValue(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> readObject(parser);
      case START_ARRAY -> readArray(parser);
      case VALUE_NULL -> null;
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NUMBER_INT -> readWhole(parser);
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      default -> parser.getText();
    };
  }

  private static Object readWhole(JsonParser parser) throws IOException {
    return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
        ? parser.getBigIntegerValue()
        : (Object) parser.getLongValue();
  }

  private static List<@Nullable Object> readArray(JsonParser parser) throws IOException {
    List<@Nullable Object> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      values.add(readValue(parser));
    }
    return values;
  }

  // JSON's null is a value; the types of this library say so nowhere else.
  @SuppressWarnings({"unchecked", "NullAway"})
  private static Map<String, Object> cast(Map<String, @Nullable Object> values) {
    return (Map<String, Object>) (Map<String, ?>) values;
  }

  /** Writes values (text, numbers, booleans, lists, maps, null) as a document. */
  public static byte[] write(Map<String, ? extends @Nullable Object> values) {
    try {
      return (WRITER.writeValueAsString(values) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException impossible) {
      throw new IllegalArgumentException("not a value of JSON", impossible);
    }
  }

  /** Tells whether a key is there and not null. */
  public boolean has(String key) {
    return values.get(key) != null;
  }

  /** Returns a text. */
  public String text(String key) throws MalformedDocumentException {
    return as(String.class, key);
  }

  /** Returns a text, or null when the key is missing or null. */
  public @Nullable String optionalText(String key) throws MalformedDocumentException {
    return has(key) ? text(key) : null;
  }

  /** Returns a whole number that is not negative. */
  public long size(String key) throws MalformedDocumentException {
    long value = as(Long.class, key);
    if (value < 0) {
      throw new MalformedDocumentException(key + " is negative: " + value, null);
    }
    return value;
  }

  /** Returns a truth value. */
  public boolean flag(String key) throws MalformedDocumentException {
    return as(Boolean.class, key);
  }

  /** Returns a moment in ISO-8601. */
  public Instant instant(String key) throws MalformedDocumentException {
    String text = text(key);
    try {
      return IsoInstant.parse(text);
    } catch (DateTimeException notAMoment) {
      throw new MalformedDocumentException(key + " is no moment: " + text, notAMoment);
    }
  }

  /** Returns a nested object. */
  @SuppressWarnings("unchecked") // the parser makes objects of text keys alone
  public JsonObject object(String key) throws MalformedDocumentException {
    return new JsonObject(as(Map.class, key));
  }

  /** Returns a list of objects. */
  @SuppressWarnings("unchecked") // the parser makes objects of text keys alone
  public List<JsonObject> objects(String key) throws MalformedDocumentException {
    List<JsonObject> objects = new ArrayList<>();
    for (Object element : as(List.class, key)) {
      if (!(element instanceof Map)) {
        throw new MalformedDocumentException(key + " holds something that is no object", null);
      }
      objects.add(new JsonObject((Map<String, Object>) element));
    }
    return objects;
  }

  /** Returns a list of texts. */
  public List<String> texts(String key) throws MalformedDocumentException {
    List<String> texts = new ArrayList<>();
    for (Object element : as(List.class, key)) {
      if (!(element instanceof String text)) {
        throw new MalformedDocumentException(key + " holds something that is no text", null);
      }
      texts.add(text);
    }
    return texts;
  }

  /** Returns all values, in the document's order. */
  public Map<String, Object> values() {
    return Collections.unmodifiableMap(values);
  }

  private <T> T as(Class<T> type, String key) throws MalformedDocumentException {
    Object value = values.get(key);
    if (value == null) {
      throw new MalformedDocumentException(key + " is missing", null);
    }
    if (!type.isInstance(value)) {
      throw new MalformedDocumentException(
          key + " is not " + type.getSimpleName().toLowerCase(java.util.Locale.ROOT), null);
    }
    return type.cast(value);
  }
}
