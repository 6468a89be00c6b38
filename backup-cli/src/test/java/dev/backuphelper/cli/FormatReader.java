package dev.backuphelper.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
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
 */
record FormatReader(Path store) {
  private static final Pattern MANIFEST =
      Pattern.compile("backup-metadata\\.(\\d{8}-\\d{6}-\\d{3})\\.json");

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
      images.add(image(id, component, codec));
    }
    require(!images.isEmpty(), "components");
    return images;
  }

  private Path image(String id, JsonNode component, @Nullable String codec) throws IOException {
    String file = component.get("file").asText();
    String suffix = codec == null ? "" : Map.of("zstd", ".zst", "gzip", ".gz").get(codec);
    require(file.equals(component.get("name").asText() + ".backup." + id + suffix), "file");
    Path stored = store.resolve(file);
    require(Files.isRegularFile(stored, LinkOption.NOFOLLOW_LINKS), "no link");
    byte[] bytes = Files.readAllBytes(stored);
    require(bytes.length == component.get("size").asLong(), "size");
    require(sha256(bytes).equals(component.get("sha256").asText()), "sha256");
    requireChecksum(file, sha256(bytes));
    Path path = codec == null ? stored : inflated(stored, codec);
    byte[] image = Files.readAllBytes(path);
    JsonNode facts = component.get(component.get("engine").asText());
    long pages = facts.get("page_size").asLong() * facts.get("page_count").asLong();
    long size = component.get("original_size").asLong();
    require(image.length == size && size == pages, "original_size");
    require(sha256(image).equals(component.get("original_sha256").asText()), "original_sha256");
    require(image[18] == 1 && image[19] == 1, "rollback-journal form");
    return path;
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
