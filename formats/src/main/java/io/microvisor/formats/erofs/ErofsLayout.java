package io.microvisor.formats.erofs;

import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Where all metadata goes: a value computed from the tree, the plan and the places of the contents.
///
/// @param metaBlock the first block of the metadata area
/// @param metadataSize how many bytes that area takes
/// @param nodes all inodes in the order of their ids, the packed inode behind them if there is one
record ErofsLayout(long metaBlock, long metadataSize, List<Node> nodes) {
  /// An inode and where it goes.
  ///
  /// @param position in bytes from the beginning of the metadata area
  /// @param block the first block of data that [NodeDraft#data] gives to be written there
  record Node(long position, long block, NodeDraft draft) {
    long nid() {
      return position / MetadataSpace.SLOT;
    }
  }

  /// The layout for `tree`, its contents being in `blocks`.
  static ErofsLayout of(FileTree tree, ErofsPlan plan, ContentBlocks blocks, ErofsSpec spec) {
    List<NodeDraft> drafts = drafts(tree, plan, blocks, spec.buildTime());
    if (plan.packedSize() > 0) {
      drafts.add(
          NodeDraft.packed(
              drafts.size(),
              plan.packedSize(),
              blocks.extents(plan.streams() - 1),
              spec.buildTime()));
    }
    long next = blocks.end();
    MetadataSpace space = new MetadataSpace();
    List<Node> nodes = new ArrayList<>();
    for (NodeDraft draft : drafts) {
      nodes.add(new Node(space.take(draft.size()), draft.ownBlocks() == 0 ? 0 : next, draft));
      next += draft.ownBlocks();
    }
    return new ErofsLayout(next, space.size(), List.copyOf(nodes));
  }

  private static List<NodeDraft> drafts(
      FileTree tree, ErofsPlan plan, ContentBlocks blocks, long epoch) {
    Map<TreePath, List<FileTree.Entry>> children = new HashMap<>();
    long[] links = new long[tree.inodeCount()];
    tree.entries()
        .forEach(entry -> {
          if (entry.inode() instanceof Inode.Directory) {
            children.put(entry.path(), new ArrayList<>());
            links[entry.id().value()]++;
          }
          if (!entry.path().isRoot()) {
            FileTree.Entry parent = tree.entry(entry.path().parent()).orElseThrow();
            Objects.requireNonNull(children.get(parent.path())).add(entry);
            if (entry.inode() instanceof Inode.Directory) {
              links[parent.id().value()]++;
            }
          }
          links[entry.id().value()]++;
        });
    List<NodeDraft> drafts = new ArrayList<>();
    tree.entries()
        .forEach(entry -> {
          int id = entry.id().value();
          if (id == drafts.size()) {
            NodeDraft.Maker maker = new NodeDraft.Maker(id, entry.inode().meta(), links[id], epoch);
            drafts.add(
                switch (entry.inode()) {
                  case Inode.Directory _ ->
                      maker.directory(
                          names(tree, entry, children.getOrDefault(entry.path(), List.of())));
                  case Inode.RegularFile file -> maker.file(file, plan.placement(id), blocks);
                  case Inode.Symlink link -> maker.symlink(link.target());
                  case Inode.Device device -> maker.device(device);
                  case Inode.Fifo _, Inode.Socket _ -> maker.special(FileType.of(entry.inode()));
                });
          }
        });
    return drafts;
  }

  private static DirectoryBlocks names(
      FileTree tree, FileTree.Entry directory, List<FileTree.Entry> children) {
    List<DirectoryBlocks.Name> names = new ArrayList<>();
    FileTree.Entry parent = tree.entry(directory.path().parent()).orElseThrow();
    names.add(new DirectoryBlocks.Name(".", FileType.DIRECTORY, directory.id().value()));
    names.add(new DirectoryBlocks.Name("..", FileType.DIRECTORY, parent.id().value()));
    for (FileTree.Entry child : children) {
      names.add(
          new DirectoryBlocks.Name(
              child.path().name(), FileType.of(child.inode()), child.id().value()));
    }
    return DirectoryBlocks.of(names);
  }
}
