#version 330 core
// A panel drawn by Skia, with premultiplied alpha, over the frame.
in vec2 uv;
out vec4 color;

uniform sampler2D hud;

void main()
{
    color = texture(hud, uv);
}
