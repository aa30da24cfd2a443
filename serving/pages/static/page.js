"use strict";
// The pages work without this: it adds previews, files that are dropped, the camera and printing.

const LARGEST_PREVIEW = 8 * 1024 * 1024;

function previewsOf(input) {
  return document.querySelector(`[data-previews-of="${input.id}"]`);
}

function show(input) {
  const list = previewsOf(input);
  list.replaceChildren();
  Array.from(input.files).forEach((file, index) => {
    const item = document.createElement("li");
    const label = document.createElement("span");
    label.textContent = `${list.dataset.image} ${index + 1}: ${file.name}`;
    if (/^image\/(png|jpeg|webp|bmp)$/.test(file.type) && file.size <= LARGEST_PREVIEW) {
      const reader = new FileReader();
      reader.onload = () => {
        const image = document.createElement("img");
        image.alt = "";
        image.src = reader.result;
        item.prepend(image);
      };
      reader.readAsDataURL(file);
    }
    item.append(label);
    list.append(item);
  });
}

function give(input, files) {
  const all = new DataTransfer();
  const kept = input.multiple ? Array.from(input.files) : [];
  for (const file of input.multiple ? [...kept, ...files] : files.slice(0, 1)) all.items.add(file);
  input.files = all.files;
  show(input);
}

function takeDrops(input) {
  input.addEventListener("dragover", (event) => {
    event.preventDefault();
    input.classList.add("over");
  });
  input.addEventListener("dragleave", () => input.classList.remove("over"));
  input.addEventListener("drop", (event) => {
    event.preventDefault();
    input.classList.remove("over");
    give(input, Array.from(event.dataTransfer.files));
  });
}

function offerCamera(part) {
  if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return;
  const input = document.getElementById(part.dataset.cameraOf);
  const video = part.querySelector("video");
  const start = part.querySelector("[data-start]");
  const shoot = part.querySelector("[data-shoot]");
  part.hidden = false;
  start.addEventListener("click", async () => {
    try {
      const wanted = { video: { facingMode: "environment", width: { ideal: 1920 } } };
      video.srcObject = await navigator.mediaDevices.getUserMedia(wanted);
    } catch {
      part.hidden = true;
      input.focus();
      return;
    }
    video.hidden = shoot.hidden = false;
    start.hidden = true;
    await video.play();
    shoot.focus();
  });
  shoot.addEventListener("click", () => {
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    video.srcObject.getTracks().forEach((track) => track.stop());
    video.hidden = shoot.hidden = true;
    start.hidden = false;
    canvas.toBlob((blob) => {
      give(input, [new File([blob], "camera.png", { type: "image/png" })]);
      start.focus();
    }, "image/png");
  });
}

document.querySelectorAll("input[data-preview]").forEach((input) => {
  input.addEventListener("change", () => show(input));
  takeDrops(input);
});
document.querySelectorAll("[data-camera-of]").forEach(offerCamera);
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
const alert = document.querySelector('[role="alert"]');
if (alert) alert.focus();
