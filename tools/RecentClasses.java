import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Gives a jar's classes of Java 5 the form of Java 8: the same code, with the stack maps (JVMS 4.7.4) that came with Java 6.
///
/// Java 25 keeps no class without them in an AOT cache, and verifies each by inference whenever it starts; picocli is
/// compiled for Java 5. Until it is compiled for a later one, or Java keeps such classes, too.
///
///     java RecentClasses.java JAR...
///
/// A jar is replaced when all of it was rewritten and verified, else left as it is.
final class RecentClasses {
  private static final int LAST_WITHOUT_STACK_MAPS = ClassFile.JAVA_5_VERSION;

  private RecentClasses() {}

  public static void main(String[] jars) throws IOException {
    for (String jar : jars) {
      rewrite(Path.of(jar));
    }
  }

  private static void rewrite(Path jar) throws IOException {
    Path made = jar.resolveSibling(jar.getFileName() + ".recent");
    try (URLClassLoader classes =
            new URLClassLoader(
                new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
        JarFile in = new JarFile(jar.toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(made))) {
      ClassFile format =
          ClassFile.of(
              ClassFile.ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(classes)),
              ClassFile.StackMapsOption.GENERATE_STACK_MAPS);
      for (JarEntry entry : Collections.list(in.entries())) {
        byte[] bytes = in.getInputStream(entry).readAllBytes();
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTime(entry.getTime());
        out.putNextEntry(copy);
        out.write(entry.getName().endsWith(".class") ? rewritten(format, bytes) : bytes);
        out.closeEntry();
      }
    } catch (IOException | RuntimeException e) {
      Files.delete(made);
      throw e;
    }
    Files.move(made, jar, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static byte[] rewritten(ClassFile format, byte[] bytes) throws IOException {
    ClassModel old = format.parse(bytes);
    if (old.majorVersion() > LAST_WITHOUT_STACK_MAPS) {
      return bytes;
    }
    // A code transform of any kind has the code written anew, and stack maps with it.
    CodeTransform same = CodeTransform.ofStateful(() -> (code, element) -> code.with(element));
    ClassTransform version =
        (made, element) ->
            made.with(
                element instanceof ClassFileVersion
                    ? ClassFileVersion.of(ClassFile.JAVA_8_VERSION, 0)
                    : element);
    byte[] made =
        format.transformClass(old, ClassTransform.transformingMethodBodies(same).andThen(version));
    if (!format.verify(made).isEmpty()) {
      throw new IOException(
          old.thisClass().asInternalName() + ": " + format.verify(made).getFirst().getMessage());
    }
    return made;
  }
}
