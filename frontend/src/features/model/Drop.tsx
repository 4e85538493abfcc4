import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { DragEvent } from "react";
import { useNavigate } from "react-router";
import { ApiError, client, fairUseQuery, unwrap, uploadsQuery } from "@/api";
import type { Upload } from "@/api";
import { paths } from "@/paths";
import { Button, ErrorText, format, Icon } from "@/ui";
import { tr } from "@/words";

/** Where a model file is dropped or chosen; what is wrong with it is said here. */
export function Drop({ largest }: { largest: number | undefined }) {
  const field = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const send = useSend(largest);
  const fair = useQuery(fairUseQuery).data;
  const share = fair?.own?.bytes;
  const take = (files: FileList | null) => files?.[0] && !send.isPending && send.mutate(files[0]);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <section
      className={over ? "card drop over" : "card drop"}
      aria-label={tr("Upload a model")}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Icon name="upload-simple" className="big" />
      <div>
        <h2>{send.isPending ? tr("Reading {file}", { file: send.variables.name }) : tr("Drop a model here")}</h2>
        <p>
          {tr("A HamletModel (.safetensors, .pt, .onnx) or a training checkpoint, also an old HAMLET’s. Only its weights are read; nothing in the file can run.")}
          {largest !== undefined && ` ${tr("At most {size}.", { size: format.bytes(largest) })}`}
        </p>
        {typeof share?.limit === "number" && (
          <p>{tr("Your files in {name} fill {used} of {limit}; models count among them.", { name: fair?.classroom?.name ?? "", used: format.bytes(share.used), limit: format.bytes(share.limit) })}</p>
        )}
        {send.error && (
          <div role="alert">
            <ErrorText>{send.error.message}</ErrorText>
          </div>
        )}
      </div>
      <input
        ref={field}
        type="file"
        className="sr"
        tabIndex={-1}
        aria-label={tr("Model file")}
        accept=".safetensors,.pt,.onnx"
        onChange={(event) => {
          take(event.target.files);
          event.target.value = "";
        }}
      />
      <Button kind="primary" size="lg" icon="upload-simple" disabled={send.isPending} onClick={() => field.current?.click()}>
        {send.isPending ? tr("Uploading") : tr("Choose a file")}
      </Button>
    </section>
  );
}

function useSend(largest: number | undefined) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (file: File): Promise<Upload> => {
      // The server says the same; this spares the wait.
      if (largest !== undefined && file.size > largest) throw new ApiError(0, tr("Too large"), tr("{file} has {size}; at most {largest} are allowed.", { file: file.name, size: format.bytes(file.size), largest: format.bytes(largest) }));
      const form = new FormData();
      form.append("file", file, file.name);
      return unwrap(client.POST("/api/v1/models", { body: { file: file.name, name: "" }, bodySerializer: () => form }));
    },
    onSuccess: (upload) => {
      void cache.invalidateQueries({ queryKey: fairUseQuery.queryKey });
      void cache.invalidateQueries({ queryKey: uploadsQuery.queryKey, exact: true });
      void navigate(paths.upload(upload.id));
    },
  });
}
