package dev.backuphelper.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A reader of stores that was written from the format page alone and uses nothing of the library:
 * it proves that the page is enough.
 *
 * @param store the folder
 * @param byBackup what was read, by the id of the backup and the name of the component
 */
record FormatReader(Path store, Map<String, Path> byBackup) {
  private static final Pattern MANIFEST =
      Pattern.compile("backup-metadata\\.(\\d{8}-\\d{6}-\\d{3})\\.json");

  FormatReader(Path store) {
    this(store, new HashMap<>());
  }

  /** Returns the images of all backups, after all checks of the page. */
  List<Path> images() throws IOException {
    List<Path> images = new ArrayList<>();
    try (Stream<Path> files = Files.list(store)) {
      for (Path file : files.sorted().toList()) {
        Matcher name = MANIFEST.matcher(file.getFileName().toString());
        if (name.matches()) {
          images.addAll(images(name.group(1), file));
        }
      }
    }
    return images;
  }

  private List<Path> images(String id, Path manifest) throws IOException {
    byte[] bytes = Files.readAllBytes(manifest);
    requireChecksum(manifest.getFileName().toString(), sha256(bytes));
    JsonNode json = new ObjectMapper().readTree(bytes);
    require(json.get("format").asInt() == 1, "format");
    require(json.get("id").asText().equals(id), "id");
    require(!json.get("encrypted").asBoolean(), "encrypted");
    String codec = json.get("compression").asText(null);
    require(json.get("compressed").asBoolean() == (codec != null), "compressed");
    require(json.get("group").asText().equals(group(json.get("components"))), "group");
    List<Path> images = new ArrayList<>();
    for (JsonNode component : json.get("components")) {
      Path image = image(id, json, component, codec);
      byBackup.put(id + component.get("name").asText(), image);
      images.add(image);
    }
    require(!images.isEmpty(), "components");
    return images;
  }

  private Path image(String id, JsonNode manifest, JsonNode component, @Nullable String codec)
      throws IOException {
    String file = component.get("file").asText();
    boolean full = manifest.get("type").asText().equals("full");
    require(full != component.has("delta"), "delta");
    String suffix =
        (full ? "" : ".delta")
            + (codec == null ? "" : Map.of("zstd", ".zst", "gzip", ".gz").get(codec));
    require(file.equals(component.get("name").asText() + ".backup." + id + suffix), "file");
    Path stored = store.resolve(file);
    require(Files.isRegularFile(stored, LinkOption.NOFOLLOW_LINKS), "no link");
    byte[] bytes = Files.readAllBytes(stored);
    require(bytes.length == component.get("size").asLong(), "size");
    require(sha256(bytes).equals(component.get("sha256").asText()), "sha256");
    requireChecksum(file, sha256(bytes));
    Path content = codec == null ? stored : inflated(stored, codec);
    Path path = full ? content : applied(content, manifest, component);
    byte[] image = Files.readAllBytes(path);
    JsonNode facts = component.get(component.get("engine").asText());
    long pages = facts.get("page_size").asLong() * facts.get("page_count").asLong();
    long size = component.get("original_size").asLong();
    require(image.length == size && size == pages, "original_size");
    require(sha256(image).equals(component.get("original_sha256").asText()), "original_sha256");
    require(image[18] == 1 && image[19] == 1, "rollback-journal form");
    if (component.has("page_map")) {
      requirePageMap(component.get("page_map"), facts.get("page_size").asInt(), image);
    }
    return path;
  }

  private Path applied(Path delta, JsonNode manifest, JsonNode component) throws IOException {
    String parent = manifest.get("parent").asText();
    require(parent.compareTo(manifest.get("id").asText()) < 0, "parent");
    require(Files.size(delta) == component.get("delta").get("size").asLong(), "delta size");
    Path image = Files.createTempFile("applied-", ".db");
    image.toFile().deleteOnExit();
    Path base = byBackup.get(parent + component.get("name").asText());
    Files.copy(base, image, StandardCopyOption.REPLACE_EXISTING);
    try (DataInputStream in = new DataInputStream(Files.newInputStream(delta));
        RandomAccessFile out = new RandomAccessFile(image.toFile(), "rw")) {
      String magic = new String(in.readNBytes(8), StandardCharsets.US_ASCII);
      require(magic.equals("BHDELTA1"), "magic");
      int pageSize = in.readInt();
      long pageCount = Integer.toUnsignedLong(in.readInt());
      int count = in.readInt();
      require(count == component.get("delta").get("pages").asInt(), "delta pages");
      String whole = HexFormat.of().formatHex(in.readNBytes(32));
      require(whole.equals(component.get("original_sha256").asText()), "digest in the delta");
      Map<Long, String> index = new TreeMap<>();
      for (int page = 0; page < count; page++) {
        long number = Integer.toUnsignedLong(in.readInt());
        index.put(number, HexFormat.of().formatHex(in.readNBytes(32)));
      }
      in.skipNBytes(32);
      for (Map.Entry<Long, String> entry : index.entrySet()) {
        byte[] page = in.readNBytes(pageSize);
        require(sha256(page).equals(entry.getValue()), "digest of a page");
        out.seek((entry.getKey() - 1) * pageSize);
        out.write(page);
      }
      out.setLength(pageCount * pageSize);
      require(in.read() < 0, "the end of the delta");
    }
    return image;
  }

  private void requirePageMap(JsonNode described, int pageSize, byte[] image) throws IOException {
    String file = described.get("file").asText();
    byte[] map = Files.readAllBytes(store.resolve(file));
    requireChecksum(file, sha256(map));
    require(sha256(map).equals(described.get("sha256").asText()), "digest of a page map");
    require(map.length == described.get("size").asLong(), "size of a page map");
    ByteBuffer fields = ByteBuffer.wrap(map, 8, 8);
    require(new String(map, 0, 8, StandardCharsets.US_ASCII).equals("BHPAGES1"), "magic");
    require(fields.getInt() == pageSize, "page size of a page map");
    require((long) fields.getInt() * pageSize == image.length, "pages of a page map");
    for (int page = 0; page * pageSize < image.length; page++) {
      byte[] hash = Arrays.copyOfRange(map, 16 + page * 32, 48 + page * 32);
      byte[] content = Arrays.copyOfRange(image, page * pageSize, (page + 1) * pageSize);
      require(HexFormat.of().formatHex(hash).equals(sha256(content)), "hash of a page");
    }
  }

  private static Path inflated(Path stored, String codec) throws IOException {
    Path image = Files.createTempFile("inflated-", ".db");
    image.toFile().deleteOnExit();
    try (InputStream in = Files.newInputStream(stored);
        InputStream plain =
            codec.equals("zstd") ? new ZstdInputStream(in) : new GZIPInputStream(in)) {
      Files.copy(plain, image, StandardCopyOption.REPLACE_EXISTING);
    }
    return image;
  }

  private static String group(JsonNode components) {
    List<String> lines = new ArrayList<>();
    components.forEach(
        c -> lines.add(c.get("name").asText() + "\t" + c.get("source").asText() + "\n"));
    lines.sort(null);
    return sha256(String.join("", lines).getBytes(StandardCharsets.UTF_8)).substring(0, 16);
  }

  private void requireChecksum(String file, String digest) throws IOException {
    String line = Files.readString(store.resolve(file + ".sha256"));
    require(line.equals(digest + "  " + file + "\n"), "checksum file of " + file);
  }

  private static void require(boolean condition, String what) throws IOException {
    if (!condition) {
      throw new IOException("not as the format page says: " + what);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
