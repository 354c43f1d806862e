package io.microvisor.testkit.faults;

import io.microvisor.testkit.faults.FaultyFiles.Portion;
import io.microvisor.testkit.faults.FaultyFiles.Need;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;

/// An open file whose changes can fail.
final class FaultyChannel extends FileChannel {
  private final FaultyFiles faults;
  private final Path path;
  private final FileChannel real;

  FaultyChannel(FaultyFiles faults, Path path, FileChannel real) {
    this.faults = faults;
    this.path = path;
    this.real = real;
  }

  private String name() {
    return faults.name(path);
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    faults.checkAlive();
    return faults.countRead(real.read(into));
  }

  @Override
  public long read(ByteBuffer[] into, int offset, int length) throws IOException {
    faults.checkAlive();
    return faults.countRead(real.read(into, offset, length));
  }

  @Override
  public int read(ByteBuffer into, long position) throws IOException {
    faults.checkAlive();
    return faults.countRead(real.read(into, position));
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    long position = real.position();
    int written = write(from, position);
    real.position(position + written);
    return written;
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) throws IOException {
    long written = 0;
    for (ByteBuffer each : Arrays.asList(from).subList(offset, offset + length)) {
      while (each.hasRemaining()) {
        written += write(each);
      }
    }
    return written;
  }

  @Override
  public int write(ByteBuffer from, long position) throws IOException {
    return faults.change(
        path,
        Need.ROOM,
        extent -> {
          int count = extent == Portion.HALF ? from.remaining() / 2 : from.remaining();
          byte[] bytes = new byte[count];
          from.get(bytes);
          ByteBuffer left = ByteBuffer.wrap(bytes);
          while (left.hasRemaining()) {
            real.write(left, position + left.position());
          }
          faults.note(journal -> journal.write(name(), position, bytes));
          return count;
        });
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    return faults.change(
        path,
        Need.NOTHING,
        extent -> {
          if (extent == Portion.ALL) {
            real.truncate(size);
            faults.note(journal -> journal.truncate(name(), size));
          }
          return this;
        });
  }

  @Override
  public void force(boolean metaData) throws IOException {
    faults.change(
        path,
        Need.NOTHING,
        extent -> {
          if (extent == Portion.ALL) {
            faults.note(journal -> journal.sync(name()));
          }
          return this;
        });
  }

  @Override
  public long position() throws IOException {
    return real.position();
  }

  @Override
  public FileChannel position(long position) throws IOException {
    real.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    return real.size();
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    return real.transferTo(position, count, target);
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(count, 1 << 16));
    int read = source.read(buffer);
    return read <= 0 ? 0 : write(buffer.flip(), position);
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    if (!mode.equals(MapMode.READ_ONLY)) {
      throw new UnsupportedOperationException("a change that cannot be made to fail");
    }
    return real.map(mode, position, size);
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    return real.lock(position, size, shared);
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    faults.checkLockable();
    return real.tryLock(position, size, shared);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    real.close();
  }
}
