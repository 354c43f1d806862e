package io.microvisor.compose.pipeline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NumericNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.disk.DiskSpec;
import io.microvisor.compose.layout.ImageLayout;
import io.microvisor.compose.plan.Results;
import io.microvisor.compose.steps.BaseStep;
import io.microvisor.compose.steps.InitrdStep;
import io.microvisor.compose.steps.RootImageStep;
import io.microvisor.compose.steps.UkiStep;
import io.microvisor.compose.steps.VerityStep;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockFile;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.lock.LockedRepository;
import io.microvisor.packages.repository.LocalFolder;
import io.microvisor.packages.repository.SinglePackages;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What is known about a finished image: `<name>-<version>.manifest.json`. It names no path or wall-clock time, so that two builds of the same
/// lock have the same manifest if their steps' results came from the same origins; and no host but that of a remote cache
/// that was believed without signatures.
record Manifest(Template template, Lock lock, long epoch, Results made, DiskSpec disk) {
  /// Raised when the same image gets another manifest.
  static final int FORMAT = 3;

  /// The text.
  ///
  /// @param files the artifacts
  /// @param digests those of their digests that are known, by name
  byte[] json(List<Path> files, Map<String, Digest> digests) throws IOException {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("manifest", FORMAT);
    json.put("name", template.image().name());
    json.put("version", template.image().version());
    json.put("architecture", template.target().arch());
    json.put("time", Instant.ofEpochSecond(epoch).toString());
    json.put("kernel", made.text(BaseStep.ID, "kernel version"));
    json.put("kernelPackage", made.text(BaseStep.ID, "kernel package"));
    json.put("rootHash", disk.rootHash().hex());
    ObjectNode sizes = json.putObject("sizes");
    sizes.put("root", disk.root().size());
    sizes.put("verity", disk.verity().size());
    sizes.put("initrd", made.blob(InitrdStep.ID, "initrd").size());
    sizes.put("kernel", made.blob(BaseStep.ID, "kernel").size());
    sizes.put("uki", disk.uki().bytes().size());
    partitions(json.putArray("partitions"));
    ObjectNode parts = json.putObject("sha256");
    parts.put("root", made.blob(RootImageStep.ID, "image").identity().hex());
    parts.put("verity", made.blob(VerityStep.ID, "tree").identity().hex());
    parts.put("uki", made.blob(UkiStep.ID, "uki").identity().hex());
    artifacts(json.putArray("artifacts"), files, digests);
    inputs(json.putObject("inputs"));
    ObjectNode origins = json.putObject("origins");
    made.byStep().forEach((step, result) -> origins.put(step.name(), result.origin().name()));
    packages(json.putArray("packages"), lock.packages());
    if (!lock.buildPackages().isEmpty()) {
      packages(json.putArray("buildPackages"), lock.buildPackages());
    }
    return print(json);
  }

  private void partitions(ArrayNode array) {
    for (ImageLayout.Placed each : disk.layout().partitions()) {
      ObjectNode partition = array.addObject();
      partition.put("label", each.entry().name());
      partition.put("uuid", each.entry().unique().toString());
      partition.put("start", each.extent().startBytes());
      partition.put("size", each.extent().sizeBytes());
    }
  }

  private static void artifacts(ArrayNode array, List<Path> files, Map<String, Digest> digests)
      throws IOException {
    for (Path file : files) {
      String name = String.valueOf(file.getFileName());
      ObjectNode node = array.addObject();
      node.put("file", name);
      node.put("size", Files.size(file));
      Digest digest = digests.get(name);
      if (digest != null) {
        node.put("sha256", digest.hex());
      }
    }
  }

  private void inputs(ObjectNode inputs) {
    inputs.put("template", template.effective().identity().hex());
    inputs.put("lock", Digest.sha256(LockFile.text(lock)).hex());
    ArrayNode repositories = inputs.putArray("repositories");
    for (LockedRepository each : lock.repositories()) {
      ObjectNode node = repositories.addObject();
      node.put("origin", each.origin());
      node.put("suite", each.suite());
      node.put("codename", each.codename());
      node.put("date", each.date().toString());
      node.put("signed", !each.signer().isEmpty());
      if (!each.signer().isEmpty()) {
        node.put("signer", each.signer());
      }
    }
    for (Template.PackageRepository each : template.repositories()) {
      switch (each.source()) {
        case Template.Source.Folder(Template.LocalPath folder) ->
            repositories
                .addObject()
                .put("origin", LocalFolder.ORIGIN)
                .put("suite", folder.name())
                .put("signed", false);
        case Template.Source.Packages(List<String> addresses) ->
            repositories
                .addObject()
                .put("origin", SinglePackages.ORIGIN)
                .put("packages", addresses.size())
                .put("signed", false);
        case Template.Source.Archive archive -> {
          // Has a Release file, and so is in the lock, but for what the template lets pass.
          if (!each.releaseSuite().isEmpty()) {
            repositories
                .addObject()
                .put("suite", String.join(" ", archive.suites()))
                .put("releaseSuite", each.releaseSuite());
          }
        }
      }
    }
  }

  private static void packages(ArrayNode array, List<LockedPackage> packages) {
    for (LockedPackage each : packages) {
      ObjectNode node = array.addObject();
      node.put("name", each.name());
      node.put("version", each.version().toString());
      node.put("architecture", each.architecture());
      node.put("sha256", each.sha256().hex());
      node.put("size", each.size());
    }
  }

  private static byte[] print(ObjectNode json) {
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    printer.indentObjectsWith(lines);
    printer.indentArraysWith(lines);
    StringWriter text = new StringWriter();
    // An object mapper would do the same, and take a tenth of a second to begin.
    try (JsonGenerator out = new JsonFactory().createGenerator(text).setPrettyPrinter(printer)) {
      write(json, out);
    } catch (IOException e) {
      throw new IllegalStateException("a tree of plain values always has a JSON form", e);
    }
    return (text + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static void write(JsonNode node, JsonGenerator out) throws IOException {
    switch (node) {
      case ObjectNode object -> {
        out.writeStartObject();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
          out.writeFieldName(field.getKey());
          write(field.getValue(), out);
        }
        out.writeEndObject();
      }
      case ArrayNode array -> {
        out.writeStartArray();
        for (JsonNode item : array) {
          write(item, out);
        }
        out.writeEndArray();
      }
      case BooleanNode truth -> out.writeBoolean(truth.booleanValue());
      case NumericNode number -> out.writeNumber(number.longValue());
      default -> out.writeString(node.textValue());
    }
  }
}
